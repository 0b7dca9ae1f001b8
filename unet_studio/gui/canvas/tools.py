"""The tools: one row each. What they do to locked pixels, their keys and words stand in editing's toolbox."""

from __future__ import annotations

from PySide6.QtCore import Qt

from unet_studio.gui.canvas.brushing import Pulling, brush, eraser, smart_brush, threshold_brush
from unet_studio.gui.canvas.clicking import Fill, carry
from unet_studio.gui.canvas.drawing import Lasso, Polygon, ellipse, rectangle, unlock_lasso
from unet_studio.gui.canvas.holding import Tool
from unet_studio.gui.canvas.ruler import Measuring

CROSS, POINTING, MOVING = Qt.CursorShape.CrossCursor, Qt.CursorShape.PointingHandCursor, Qt.CursorShape.SizeAllCursor
LINE = "drag; Shift: straight line; Esc takes it back"

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("brush", CROSS, brush, LINE, ring=True),
        Tool("eraser", CROSS, eraser, LINE, ring=True),
        Tool("smart_brush", CROSS, smart_brush, "begin on what is meant, go along its edge; Alt takes away",
             ring=True, signed=True),
        Tool("threshold_brush", CROSS, threshold_brush, "marks what is probable enough, unmarks the rest", ring=True),
        Tool("pull", CROSS, Pulling, "drag the outline as far as the ring reaches", ring=True),
        Tool("lasso", CROSS, Lasso, "draw around; Shift: straight; Alt takes away; Esc gives up", signed=True),
        Tool("polygon", CROSS, Polygon, "click corners; Enter or the first corner closes; Backspace: one back; "
             "Alt takes away", signed=True),
        Tool("rectangle", CROSS, rectangle, "drag; Shift: square; Alt takes away; Esc gives up", signed=True),
        Tool("ellipse", CROSS, ellipse, "drag; Shift: circle; Alt takes away; Esc gives up", signed=True),
        Tool("move", MOVING, carry, "drag a region; arrow keys move it by 1 px, with Shift by 10", nudges=True),
        Tool("fill", POINTING, Fill, "click a hole to fill it, a region to remove it", once=True),
        Tool("unlock", CROSS, unlock_lasso, "draw around what the program may change again", shows_lock=True),
    )
}  # fmt: skip
MEASURE = "drag, or drag an end; Shift: level or upright; Esc removes it"
RULER = Tool("ruler", CROSS, Measuring, MEASURE, marks=False)
IN_HAND = {**TOOLS, RULER.name: RULER}  # what can be in the hand
