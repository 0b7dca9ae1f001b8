"""The table of actions: menus, tool bar, tooltips and the sheet of shortcuts are made from these rows.

No Qt here: a row is plain data. `needs` names facts about the window; an action is enabled while all of them hold:
cases, picture, mask (a mask is open and may be changed), write, undo, redo, proposal, ghosts (proposed islands wait),
frames (the picture may be one of several), cine (its file has several), seen (the model's input can be shown),
take_back, queue, learning, idle (nothing is learning), earlier (an older model version can be gone back to).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from unet_studio.editing.toolbox import TOOLBOX, UNLOCK_ALL


@dataclass(frozen=True)
class Action:
    """One thing that a reader can do. `keys` are Qt key texts; the first one is shown."""

    id: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    needs: str = ""
    icon: str = ""
    group: str = ""  # actions of one group exclude each other
    hold: bool = False  # on while the key is held
    switch: bool = False  # on until it is chosen again
    bar: int = 0  # group of the tool bar, 0 = not on it
    line: bool = False  # a line above it in its menu
    menu: str = ""

    @property
    def checkable(self) -> bool:
        """True where the action is on or off."""
        return self.hold or self.switch or bool(self.group)


FILE, EDIT, TOOLS, MASK, VIEW = "&File", "&Edit", "&Tools", "&Mask", "&View"
SEGMENT, FRAMES, LEARN, HELP = "&Segment", "F&rames", "&Learn", "&Help"
MENUS = (FILE, EDIT, TOOLS, MASK, VIEW, SEGMENT, FRAMES, LEARN, HELP)
WINDOWS = "Window &presets"  # a submenu of View
A = Action


def tool(name: str, text: str, tip: str, needs: str = "mask", line: bool = False) -> Action:
    """A row of the toolbox that is taken in the hand."""
    return A(name, text, tip, (TOOLBOX[name].key,), needs, name, "tool", bar=3, line=line)


def command(name: str, text: str, tip: str, line: bool = False) -> Action:
    """A row of the toolbox that works on the whole mask at once."""
    return A(name, text, tip, (TOOLBOX[name].key,), "mask", name, line=line)


FILE_ROWS = (
    A("open", "&Open files…", "Open pictures or DICOM files", ("Ctrl+O",), "write", "open", bar=1),
    A("open_folder", "Open &folder…", "Open a folder's pictures", ("Ctrl+Shift+O",), "write", "open_folder", bar=1),
    A("browse", "&Browse series…", "Look through a folder or disc and choose series of it", ("Ctrl+Alt+O",), "write"),
    A("browse_disc", "Browse a disc by its &DICOMDIR…", "Choose the DICOMDIR of an export disc", (), "write"),
    A("sample", "Open the &sample film", "Put the sample chest film on the worklist", (), "write"),
    A("export", "&Export masks…", "Write masks as PNG files", ("Ctrl+E",), "cases", "export", bar=7, line=True),
    A("reader", "&Reader…", "Change the reader's name", ("F2", "Ctrl+R"), "", "reader", line=True),
    A("preferences", "&Preferences…", "Size of text, language, time for learning", ("Ctrl+,",)),
    A("quit", "&Quit", "Close the window; nothing is lost", ("Ctrl+Q",), line=True),
)
EDIT_ROWS = (
    A("undo", "&Undo", "Undo the last change of the mask", ("Ctrl+Z",), "mask undo", "undo", bar=4),
    A("redo", "&Redo", "Make the undone change again", ("Ctrl+Shift+Z", "Ctrl+Y"), "mask redo", "redo", bar=4),
)
TOOL_ROWS = (
    tool("brush", "&Brush", "Paint"),
    tool("eraser", "&Eraser", "Erase"),
    tool("smart_brush", "S&mart brush", "Paint up to the edge; Alt takes away"),
    tool("threshold_brush", "&Threshold brush", "Mark under the brush what is probable enough", "mask proposal"),
    tool("pull", "&Pull the outline", "Drag the outline as far as the ring reaches"),
    tool("lasso", "&Lasso", "Draw around what is added; Alt takes away", line=True),
    tool("polygon", "Poly&gon", "Click corners of what is added; Alt takes away"),
    tool("rectangle", "&Rectangle", "Drag a rectangle, with Shift a square"),
    tool("ellipse", "Ellip&se", "Drag an ellipse, with Shift a circle"),
    tool("fill", "&Fill or remove a region", "Click a hole to fill it, a region to remove it", line=True),
    tool("move", "Mo&ve a region", "Drag a marked region; arrow keys nudge it"),
    tool("unlock", "&Unlock a region", "Draw around locked pixels to let go of them"),
    A("ruler", "Measure a &distance", "Measure between two points, in mm where the spacing is known", ("Shift+R",),
      "picture", "ruler", "tool", bar=3),
    A("swap_tool", "S&wap brush and eraser", "Swap brush and eraser, or add and take away", ("X",), "mask",
      "swap_tool", line=True),
    A("brush_smaller", "Sm&aller brush", "Make the brush smaller", ("[",), "mask", line=True),
    A("brush_larger", "Larger brus&h", "Make the brush larger", ("]",), "mask"),
)  # fmt: skip
MASK_ROWS = (
    command("fill_holes", "&Fill holes", "Fill every hole of the mask"),
    command("keep_largest", "Keep &largest", "Remove all but the largest regions"),
    command("remove_islands", "Remove small &islands", "Remove regions of few pixels"),
    command("grow", "&Grow", "Move the whole outline outwards", line=True),
    command("shrink", "&Shrink", "Move the whole outline inwards"),
    command("smooth", "Smooth &outline", "Even out the outline without moving it"),
    A("unlock_all", "&Unlock everything", "Let go of every locked pixel", (UNLOCK_ALL,),
      "mask", "unlock_all", line=True),
    A("follow", "P&ropose from strokes", "After strokes, propose what follows from them elsewhere in the picture", (),
      "", switch=True, line=True),
    A("ghost_all", "Take over all &proposed islands", "Take over every proposed island",
      ("Shift+Return", "Shift+Enter"), "mask ghosts"),
    A("ghost_none", "&Dismiss proposed islands", "Take none of the proposed islands", ("Esc",), "mask ghosts"),
    A("ghost_next", "&Next proposed island", "Go to the next proposed island", ("Tab",), "mask ghosts"),
    A("ghost_yes", "&Take over this island", "Take over the proposed island gone to", ("Y",), "mask ghosts"),
    A("ghost_no", "Dis&miss this island", "Dismiss the proposed island gone to", ("Shift+Y",), "mask ghosts"),
    A("show_lock", "Show loc&ked pixels", "Hatch the pixels that only you can change", ("Ctrl+K",), "picture",
      "lock", switch=True, bar=5),
)  # fmt: skip
VIEW_ROWS = (
    A("hide_mask", "&Hide mask (hold)", "Hide the mask while held", ("H",), "picture", "hide_mask", hold=True, bar=5),
    A("show_proposal", "Show the &earlier model's mask (hold)",
      "While held, show the earlier model's mask and what differs from it", ("V",), "picture mask",
      "show_proposal", hold=True, bar=5),
    A("blink", "&Blink the mask", "Show and hide the mask in turn, until painting begins", ("Shift+B",), "picture",
      switch=True),
    A("outline", "Show the outli&ne", "Draw the mask's outline, or its tint alone", (), "picture", switch=True),
    A("beside", "&Side by side", "Show the picture, the proposal or the earlier model's mask beside this one",
      ("Shift+C",), "picture", switch=True),
    A("show_doubt", "Show &doubt", "Show where the model doubts the mask", ("Ctrl+D",), "mask proposal", "doubt",
      switch=True, bar=5),
    A("doubt_next", "Ne&xt doubtful place", "Go to the next doubtful place of the outline", ("D",), "mask proposal",
      line=True),
    A("doubt_previous", "Doubtful pl&ace before", "Go back to the doubtful place before", ("Shift+D",),
      "mask proposal"),
    A("zoom_fit", "&Whole picture", "Show the whole picture", ("0", "Ctrl+0"), "picture", "zoom_fit", bar=6, line=True),
    A("zoom_in", "Zoom &in", "Zoom in", ("Ctrl++", "Ctrl+="), "picture", "zoom_in", bar=6),
    A("zoom_out", "Zoom &out", "Zoom out", ("Ctrl+-",), "picture", "zoom_out", bar=6),
    A("turn_left", "Rotate &left", "Turn what is seen 90° to the left; the data stay", ("Alt+Left",), "picture",
      line=True),
    A("turn_right", "Rotate &right", "Turn what is seen 90° to the right; the data stay", ("Alt+Right",), "picture"),
    A("mirror", "&Mirror left–right", "Mirror what is seen, left for right; the data stay", ("Shift+H",), "picture"),
    A("flip", "Mirror &top–bottom", "Mirror what is seen, top for bottom; the data stay", ("Shift+V",), "picture"),
    A("upright", "&Upright again", "Show the picture as it is in its file", ("Alt+Up",), "picture"),
    A("invert", "In&vert", "Let bright and dark change places on the screen", ("I",), "picture", switch=True,
      line=True),
    A("model_input", "What the model saw", "Show the network's own input: its size, its grays, its padding; no window"
      " changes it", ("Shift+W",), "seen", switch=True),
    A("show_names", "Show file names", "Show the names of files, which may name patients, in place of numbers",
      ("Ctrl+Shift+N",), switch=True, line=True),
    A("find", "&Find in the worklist", "Type a part of a number or name, as it is shown", ("Ctrl+F",), "cases"),
)  # fmt: skip
WINDOW_ROWS = tuple(A(f"window_{n}", f"Preset {n}", f"Window preset {n}", (str(n),), "picture") for n in range(1, 10))
SEGMENT_ROWS = (
    A("propose", "&Propose", "Propose a mask with the active model", ("P",), "picture write", "propose", bar=2),
    A("threshold_lower", "&Lower threshold", "Mark more: lower the threshold", (",",), "mask proposal"),
    A("threshold_higher", "&Higher threshold", "Mark less: raise the threshold", (".",), "mask proposal"),
    A("target_lung", "L&ung", "Segment the lungs", ("Ctrl+1",), "picture write", "", "target", line=True),
    A("target_polyp", "Pol&yp", "Segment polyps", ("Ctrl+2",), "picture write", "", "target"),
    A("accept", "&Accept and next", "Accept the mask, queue it for learning and open the next picture",
      ("Enter", "Return"), "mask", "accept", bar=2, line=True),
    A("accept_empty", "Accept as e&mpty", "Accept that there is nothing to mark and open the next picture", ("O",),
      "mask", "accept_empty"),
    A("take_back", "Take &back", "Take the accept back, mask and undo steps too", ("U",), "take_back", "take_back"),
    A("later", "La&ter", "Put this picture off and open the next", ("T",), "picture write", "later"),
    A("exclude", "E&xclude…", "Exclude with a reason, or bring back", ("Delete",), "picture write", "exclude"),
    A("previous", "Pre&vious picture", "Previous picture", ("Backspace",), "cases", "previous", bar=1, line=True),
    A("next", "&Next picture", "Next picture", ("N",), "cases", "next", bar=1),
)  # fmt: skip
FRAME_ROWS = (
    A("frame_next", "&Next frame", "Next frame (the move tool in hand takes the arrow keys)", ("Right", "PgDown"),
      "frames"),
    A("frame_previous", "&Previous frame", "Previous frame", ("Left", "PgUp"), "frames"),
    A("play", "P&lay", "Play the frames, or stop at the one that is seen", ("Shift+P",), "cine", "play", switch=True),
    A("carry", "&Carry the mask ahead", "Carry the mask to the frames that follow, or stop that", ("Ctrl+Right",),
      "mask frames", line=True),
    A("copy_next", "Cop&y the mask to the next frame", "Open the next frame with this mask", ("Ctrl+Shift+Right",),
      "mask frames"),
    A("span", "Choose &frames…", "First, last and every n-th frame of the worklist", ("Ctrl+Shift+F",),
      "write frames", line=True),
)  # fmt: skip
LEARN_ROWS = (
    A("learn", "&Learn now", "Learn from the queued corrections in the background", ("Ctrl+L",), "write queue idle",
      "learn"),
    A("cancel_learning", "&Stop learning", "Stop learning; the queue stays as it is", ("Ctrl+Shift+L",), "learning",
      "cancel_learning"),
    A("versions", "&Model versions…", "See, compare and choose model versions", ("Ctrl+M",), "", "versions", line=True),
    A("rollback", "&Roll back", "Go back to the version that was active before", ("Ctrl+Shift+B",),
      "write earlier idle", "rollback"),
)  # fmt: skip
HELP_ROWS = (
    A("palette", "&Command palette…", "Find any command by a word and run it", ("Ctrl+Shift+P",)),
    A("shortcuts", "&Keyboard shortcuts", "All keys on one sheet", ("F1", "?"), "", "keyboard", line=True),
    A("change_keys", "C&hange keys…", "Give commands other keys, or take the left-hand set"),
    A("devices", "&Devices…", "What can propose and learn here, and why not more", ("Ctrl+Shift+D",)),
    A("about", "&About U-Net Studio", "Version, licence and places of the files", ("Shift+F1",)),
)
ACTIONS: tuple[Action, ...] = tuple(
    replace(row, menu=menu)
    for menu, rows in (
        (FILE, FILE_ROWS), (EDIT, EDIT_ROWS), (TOOLS, TOOL_ROWS), (MASK, MASK_ROWS), (VIEW, VIEW_ROWS),
        (WINDOWS, WINDOW_ROWS), (SEGMENT, SEGMENT_ROWS), (FRAMES, FRAME_ROWS), (LEARN, LEARN_ROWS), (HELP, HELP_ROWS),
    )
    for row in rows
)  # fmt: skip
