<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
 <context>
  <name>U-Net Studio</name>
  <message>
   <source> and {count} more</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source> or </source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>%n are set aside: keep or withdraw them</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n changed commands get their usual keys.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n corrections of {target} wait</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n corrections waiting</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n could not be written: {first}</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n files</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n films are hidden until you have accepted your own masks of them.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n films: mean Dice {dice}, pixels to change {pixels}.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n frames</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n groups</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n held out</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n held out to compare models</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n in other formats</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n islands dismissed</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n islands proposed {source}: click to take over, {all} all, {none} none</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n islands taken over</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n masks written to {folder}</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n more</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n more to look at</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n named in DICOMDIR are missing</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n not pictures</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n of these are accepted already.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n other files</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n pictures</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n reports</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n seconds</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n strokes</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n that {model} has not learned from</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n there already</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n twins of pictures</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>%n untouched pictures were proposed anew</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>&amp;About U-Net Studio</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Accept and next</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Before and after…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Blink the mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Browse series…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Carry the mask ahead</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Command palette…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Devices…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Dismiss proposed islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Edit</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Eraser</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Export masks…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;File</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Fill holes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Fill or remove a region</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Find in the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Flag</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Grow</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Help</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Hide mask (hold)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Higher threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Import mask…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Keep</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Keyboard shortcuts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Lasso</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Learn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Learn now</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Lower threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Mirror left–right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Model versions…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Next frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Next picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Next proposed island</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Open files…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Open the picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Preferences…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Previous frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Propose</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Pull the outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Queue…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Quit</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Reader…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Roll back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Segment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Shrink</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Side by side</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Stop learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Take over this island</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Threshold brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Tools</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Unlock a region</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Unlock everything</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Upright again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;View</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Whole picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Withdraw</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>&amp;Write a report…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>(round {number} of {count})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>2 minutes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>30 minutes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>5 minutes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>95 % of the outline lie nearer than this to the proposal's, and the other way round</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A fixed key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A picture's side never changes once a correction of it was accepted.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A polygon needs three corners; Esc gives it up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A raw data set with pictures, labels and splits by patient, for nnU-Net v2.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A real convolution was run on each device.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A shape takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A table of areas, boxes, centres, perimeters and the two lungs.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A version that is clearly better proposes from the next picture on; a notice says so.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>About U-Net Studio</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>About one patient (or video) in five is never learned from: its corrections compare models. That is settled when the first of them is accepted, and never changes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept as e&amp;mpty</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept that there is nothing to mark and open the next picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept the mask, queue it for learning and open the next picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accepted at</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accepted, learned</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accepted, queued</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accepted, set aside</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accepting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Active</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Active model version: {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Active seconds</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add a key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Adding files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>After strokes, propose what follows from them elsewhere in the picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>After: {model}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All ({count})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All keys on one sheet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Also masks that nobody accepted, marked “not reviewed”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Alt</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>An empty folder for the report</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Another reader's mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Archive</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Arrow keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>As added</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>As the system</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ask me</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Asking the model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Auto</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Automatic</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Backspace</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Before: {model}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Beside the folder: which name is which file. This table is patient data.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Black and white, 0 and 255, with a JSON file beside it; always written.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Blue</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bluish green</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brain</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bring back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bringing back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Browse a disc</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Browse a disc by its &amp;DICOMDIR…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Browse a folder's series</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brush size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brush stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Busy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>By effort</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>By name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>By status</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>C&amp;hange keys…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>COCO</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cannot be opened</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Carried mask waits</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Carry the mask to the frames that follow, or stop that</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Carrying stopped</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Carrying the mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change keys…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change the reader's name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Changing the model version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Changing the reader</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose &amp;frames…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a command, then Change key, and press the new key.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose lung or polyp first: no Target fits this picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose one in the worklist, or press {next} for the next.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose patients, studies, series or single images. Names stay hidden unless you ask for them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose the DICOMDIR of an export disc</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose time, start, readers, mode and device, then learn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click a command to change its key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click a hole to fill it, a region to remove it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click corners of what is added; Alt takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close a polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close the comparison</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close the window; nothing is lost</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colour of masks: {target}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Command</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Commands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Commands and their keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Compare…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Comparing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Comparing old and new</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Comparing…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Comparing… {summary}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Components that are kept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cop&amp;y the mask to the next frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Copied mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Corrections</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Corrections are kept under this name, so that a colleague's stand beside yours.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Counting…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ctrl + wheel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>DICOM SEG</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>DICOM files name no patient; otherwise they keep the tags of their source.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>DICOM overlay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>DICOMDIR (DICOMDIR* dicomdir*)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Decide later</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Decline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Device</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Devices</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Diameter in picture px  [{low}] smaller  [{high}] larger</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dice</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dice with the proposal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dice {dice:.3f} · HD95 {hd95:.1f} px · {pixels} px to change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dice, active</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dice, new</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dis&amp;miss this island</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Dismiss the proposed island gone to</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Distance {length}; Esc takes the ruler away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Do not use it; mask and history stay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubt</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubt is being worked out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubt is being worked out; the first doubtful place is shown as soon as it is known</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubt: from little to much</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubtful pl&amp;ace before</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubtful: a place away from the outline, about {score} px may be wrong</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Doubtful: {length:.0f} px of outline, about {score} px may be wrong</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a marked region; arrow keys nudge it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a rectangle, with Shift a square</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag an ellipse, with Shift a circle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag the outline as far as the ring reaches</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw around locked pixels to let go of them</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw around what is added; Alt takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw the mask's outline, or its tint alone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drawing and mouse (fixed)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drop pictures, DICOM files or folders here</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Duplicate</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>E&amp;xclude…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Each picture stands alone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Each stands alone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edge pull</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Effort</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ellip&amp;se</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ellipse</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Empty</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Enough new corrections: learning begins by itself</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Enter runs it, arrow keys choose, Esc closes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Enter, double click</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Erase</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Eraser stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Esc</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Even out the outline without moving it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every n-th</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every new correction counts, unless it is set aside, flagged or withdrawn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every picture is done: export the masks, or learn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every version is kept. The active one proposes; choose two rows to compare them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exclude</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exclude with a reason, or bring back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Excluded</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Excluded: {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exclude…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Excluding</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Expected to be corrected: {share:.1f} % of the picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export masks</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export stopped; export again to go on where it ended</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export {model}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exporting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exporting {done} of {total}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>F&amp;rames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Far from the proposal, unlike the other corrections. Meant so?</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Files without a patient</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Files without a series</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Files without a study</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fill every hole of the mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fill holes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fill or removal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Films</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find a command</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find a command or key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find any command by a word and run it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find by name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find by name or reader</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Find by number</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>First frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>First, last and every n-th frame of the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Flagged</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Folder for the masks</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>For a reader study: nothing is learned, and the version that proposes never changes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>For research and teaching. Not a medical device: do not base a diagnosis on its masks.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Forgets what was learned here and learns it anew; for a version that has gone astray.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Formats</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>From</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>From scratch</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Frozen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Frozen for a reader study: nothing is learned, {model} stays.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Give commands other keys, or take the left-hand set</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Give up what is being drawn, remove the ruler</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Give {key} to {command}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go back to the doubtful place before</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go back to the version that was active before</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go on learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go to the next doubtful place of the outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go to the next proposed island</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Goes on from what it has learned already. This is the usual choice, and the quickest.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Grow</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Grow and shrink by</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>H&amp;istory…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>HD95</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>HD95 to the proposal, px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Hatch the pixels that only you can change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Held out: never learned from, to compare models on</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Held-out Dice</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Held-out Dice {new}, active {active}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Held-out Dice –</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Held-out films, worst first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Hidden until you have accepted your own mask of this picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Hide the mask while held</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>History of the model versions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Holes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>How strongly the mask is tinted</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Image</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Image {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import a mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import a version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Imported as {model}; it does not propose before you make it active</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Imported mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Importing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Importing a mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>In correction</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>In force from now on.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>In&amp;vert</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Islands smaller than this are removed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It adds {area} px: {yes} takes it over, {no} dismisses it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It adds; Alt turns it round for once  [{key}]</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It is meant so: learn from it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It removes {area} px: {yes} takes it over, {no} dismisses it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It takes away; Alt turns it round for once  [{key}]</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep &amp;largest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep largest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep {model}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keyboard and mouse</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Kind</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Knows nothing at first: needs hundreds of corrections and a night.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>L&amp;ung</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>La&amp;ter</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Language, from the next start on</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Larger brus&amp;h</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Largest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lasso</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Last frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Later</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learn by itself after</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learn for at most</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learn from the queued corrections in the background</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learn now</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learned</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learning c&amp;hoices…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learning is under way. Close and stop it? The queue stays as it is.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learning was interrupted; it starts again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Learning was stopped. The queue is as it was.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Leave as it is</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Let bright and dark change places on the screen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Let go of every locked pixel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Linking table</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Loading</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Locked</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Log: {file}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Look at it again before it is used</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Look through a folder or disc and choose series of it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Looking at the held-out films</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Looking through the folder …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lung</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lungs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Made</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make active…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make the brush larger</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make the brush smaller</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make the undone change again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark less: raise the threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark more: lower the threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark under the brush what is probable enough</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mask copied from {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mask imported from {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Masks (*.png *.dcm *.nii *.nii.gz *.nrrd *.json *.txt);;All files (*)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Measure a &amp;distance</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Measure between two points, in mm where the spacing is known</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Measurements</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>Measuring %n films, once</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>Medians per film of what each version proposed and one reader accepted. Bars are 95 % intervals; a hollow dot has fewer than {least} films or patients and no interval.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mediastinum</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Menu</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Middle drag, Space + drag</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mirror &amp;top–bottom</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mirror what is seen, left for right; the data stay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mirror what is seen, top for bottom; the data stay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mo&amp;ve a region</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model versions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model versions (*.safetensors)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mouse in the left hand</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mouse in the right hand</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move the picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move the whole outline inwards</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move the whole outline outwards</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move tool: 1 px, with Shift 10</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>NIfTI</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>NRRD</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Names that are the same before the last number</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Names that are the same up to the first number</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Names with the same part {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ne&amp;xt doubtful place</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nearly the same as {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New corrections before learning begins by itself</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next frame (the move tool in hand takes the arrow keys)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No command has these words</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No correction waits to be learned from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No doubtful place is left on this picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No doubtful place was looked at yet: press {key} for the first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No held-out film is left to compare these two on.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No locked pixel lies there</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No marked region is there to be moved</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No new version: {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No other reader has accepted a mask of this picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No outline inside the ring: begin nearer to it, or make the ring larger</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No patient</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No picture is open</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No pixel is locked</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No proposal yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No saving can be told yet: it takes {least} films of {least} patients or videos</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Not accepted yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Not now</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing here yet.
Drop pictures, DICOM files or folders on the window.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing is changed yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing is enclosed there: click a hole to fill it, or a marked region to remove it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing is marked, but the proposal is sure of something. Meant so?</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing is marked: press {key} if there is nothing to mark</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing to export: accept a picture first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing to show yet.

Propose a film, correct and accept it: each version is credited with the films that it proposed, one reader at a time.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Number of the frame</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>On %n held-out films mean Dice went {dice}, HD95 {hd95} px.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>On %n held-out films mean Dice went {dice}.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>One .nii.gz for each file, for research programs such as ITK-SNAP.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>One .nrrd for each file, for 3D Slicer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>One JSON file for all masks, as runs of pixels and as polygons.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>One corner of a polygon back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Only remember this</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Only these frames are on the worklist. Frames that you have worked on stay; the others come back when chosen.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Opacity</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open &amp;folder…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open a folder of pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open a folder's pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open files…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open folder…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open pictures or DICOM files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open the &amp;sample film</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open the next frame with this mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Opening</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Orange</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Order of the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Order of the worklist; by effort: where most is expected to be corrected comes first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Other</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Other files of the opened folders</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Overlap of the mask with the proposal at this threshold: 1 is the same, 0 nothing in common</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Overlay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>P&amp;lay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>P&amp;ropose from strokes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>PNG mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>PNG of label numbers, 0 background, 1 lung, 2 polyp; looks black.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>PNG, JPEG, TIFF, BMP, DICOM. Your files are never changed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paint</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paint up to the edge; Alt takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paint with the left button, window with the right, pan with the middle.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Parts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Patient {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Patient, study, series, image</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Patients</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Patients, studies, series and images</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Picture for comparison</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Picture {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures and DICOM (*)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures of one pa&amp;tient…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures of one patient</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures that then belong together, a line each:</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures, masks and a manifest that `python -m training` takes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pixels changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pixels that differ from the proposal at this threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pixels that you drew: the program never changes them  [{key}] shows them</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Play the frames, or stop at the one that is seen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pol&amp;yp</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Poly&amp;gon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polygons as JSON beside a copy of the picture, to go on with in labelme.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polygons as text, to train YOLO segmentation.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polyp</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pre&amp;vious picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preferences</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preparing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 1</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 2</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 3</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 4</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 5</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 6</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 7</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 8</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset 9</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Press a key for {command}; Esc leaves it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Probability from which a pixel is marked  [{low}] lower  [{high}] higher</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Propose a mask with the active model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Propose, correct and learn lung and polyp masks.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposed by {model} on {device} in {seconds:.1f} s</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposed by {model} while you read the last one</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposed change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Proposing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Put a mask made elsewhere into the open picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Put on the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Put the sample chest film on the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Put this picture off and open the next</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Putting off</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Queue</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Queue…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Read only</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Read only: {who}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reader</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Readers to learn from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ready-made keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reason</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reddish purple</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Redo {step}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove all but the largest regions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove regions of few pixels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove small &amp;islands</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>Report of %n rows in {folder}</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>Reset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reset all</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Right drag</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Roll back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rotate &amp;left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rotate &amp;right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>S&amp;mart brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>S&amp;top exporting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>S&amp;wap brush and eraser</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Sample film</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Saves, s</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>See the new version beside the old one on held-out films, and decide</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>See what was accepted; keep, withdraw or flag it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>See, compare and choose model versions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Segment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Segment polyps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Segment the lungs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Segmentation object for the PACS, with the patient's tags of its source.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Separate marked regions; regions that meet at a corner are one</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Series</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Series in {folder}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Series {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Set aside</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Shift</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show &amp;doubt</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show and hide the mask in turn, until painting begins</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show file names</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show loc&amp;ked pixels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show patients' names</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the &amp;earlier model's mask (hold)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the names of files, which may name patients, in place of numbers</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the network's own input: its size, its grays, its padding; no window changes it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the outli&amp;ne</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the picture as it is in its file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the picture, a proposal, an earlier model's or another reader's mask beside it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the whole picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show where the model doubts the mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Shown for comparison</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Shows only: nothing here can be changed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Shrink</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Size of text</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Size of text, language, time for learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Sky blue</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Sm&amp;aller brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Smart stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Smooth</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Smooth &amp;outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Smooth outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Soft tissue</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Some pictures in the folder “{folder}” name no patient. Which of them are of one patient or video? Those learn together or compare models together, never both.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starting to learn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>State</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop and close</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop learning; the queue stays as it is</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop the export; the next one goes on where it ended</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Straight line, square, circle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Swap brush and eraser, or add and take away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Swap the keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take &amp;back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take none of the proposed islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take over all &amp;proposed islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take over every proposed island</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take over the proposed island gone to</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take the accept back, mask and undo steps too</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Taking back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Target</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Teeth narrower than about this are evened out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The active version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The best that works</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The best that works: {device}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The curves of a run are drawn here:
training loss and agreement on held-out films.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The device is being tried</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The earlier model's mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The frames after this one are still being looked for</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The mask is another reader's; it is hidden until you have accepted your own.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The mask is that of {name} already</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The overlay as a Secondary Capture that any viewer shows.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The picture alone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The picture with the mask drawn on it, for slides and reports.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The picture's window presets</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The processor (CPU)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The proposal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The proposal is not here yet: look at it, then accept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The proposal is only just here: look at it, then accept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The queue is empty. Accept a picture to fill it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The version before proposes as soon as you leave this picture.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The version that came with the program</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The whole folder is of one patient or video</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is no earlier model version to compare with</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is no proposal to doubt: press {key} first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is no proposal to take from: press {key} first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is nothing to go on with</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This file cannot be opened</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This is the first doubtful place that you looked at</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This is the first frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This is the first picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This is the last frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This is the last picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This key is fixed: it belongs to the picture.</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>This picture names no patient. Do some of the %n pictures in its folder belong together?</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>Threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Threshold stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Threshold {percent:.0f} %</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Time at work on this picture; it stops after 20 s without input and outside the program</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Tools</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Training folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Training loss, and Dice of candidate and active version, by step</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Trying the devices</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Turn what is seen 90° to the left; the data stay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Turn what is seen 90° to the right; the data stay</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Type a number; file names are found once they are shown  [{key}]</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Type a part of a file's name  [{key}]</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Type a part of a number or name, as it is shown</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>U-Net Studio – reader: {reader}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo the last change of the mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo {step}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Unlock</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Unusable</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use it all the same</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use it all the same…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use the usual keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use these</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use these frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use this answer</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use this name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use {model}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>VOI LUT</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Verdict</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Vermillion</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Version, licence and places of the files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Versions…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Video {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>View {turned}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Waiting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>What can propose and learn here, and why not more</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>What each model version cost and saved, per film</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>What the model saw</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wheel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>When the result is better</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Which pictures of this folder are of one patient or video</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>While held, show the earlier model's mask and what differs from it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Whole range</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Why is {name} excluded? Press the number.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window &amp;presets</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 1</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 2</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 3</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 4</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 5</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 6</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 7</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 8</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window preset 9</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window width and level; drag with the right button</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Window: across for contrast, up and down for brightness</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Withdrawn</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Workspace: {folder}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Write masks as files for other programs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Write the numbers for a methods section as CSV and text</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Writes the accepted masks under names that tell no patient (P007_I002). Each file is read back and compared; nothing is overwritten.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Writing the report</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wrong body part</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wrong view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>YOLO</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Yellow</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>You see before and after of every held-out film, and decide.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom &amp;in</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom &amp;out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom at the cursor</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom in</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom: screen px for one picture px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a file of several frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a mask that may be changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a model that is learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a picture on the worklist</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a picture that is one of several frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a proposal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a version that was learned and waits to be looked at</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>a workspace that is not read only</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>accepted unchanged</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>active</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>added: only in the mask now</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>an accepted picture to take back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>an earlier model version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>an export under way</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>an open picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>another reader's, hidden</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>archived</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>at most {minutes} min {seconds:02d} s left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>at most {seconds} s left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>automatic</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>begin on what is meant, go along its edge; Alt takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>brush stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>by the mask of frame {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>click a hole to fill it, a region to remove it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>click corners; Enter or the first corner closes; Backspace: one back; Alt takes away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>compares models</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>copied mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>corrections to learn from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>declined</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>device …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>device: see Help, Devices</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag a region; arrow keys move it by 1 px, with Shift by 10</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag the outline as far as the ring reaches</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag, or drag an end; Shift: level or upright; Esc removes it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag; Shift: circle; Alt takes away; Esc gives up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag; Shift: square; Alt takes away; Esc gives up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drag; Shift: straight line; Esc takes it back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>draw around what the program may change again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>draw around; Shift: straight; Alt takes away; Esc gives up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>drawn without one</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>duplicate</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>edge pull</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>ellipse</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>eraser stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>every doubtful place was looked at, so from the first one again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>fill holes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>fill or removal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>fixed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>from your strokes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>frozen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>gives up what is being drawn, and closes dialogs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>goes from control to control</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>grow</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>imported mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>inverted</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>keep largest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>kept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>labelme</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>lasso</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>learned from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>little</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>loss</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>marks what is probable enough, unmarks the rest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>mask from elsewhere</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>median, 95 % interval {low:.0f} to {high:.0f} s, n = {films}, against {before}, n = {n}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>mirrored left–right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>mirrored top–bottom</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>move</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>moves a region by 10 px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>moves a region, and steps through lists</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>moves the picture while it is held</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>much</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>needs {things}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>new corrections</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>nnU-Net</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>no key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>not used</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>not used yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>nothing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>nothing to change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>nothing to mark</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>of about {frames}; {known} can be shown</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>of {frames}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>opens the menu {menu}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>other</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>outline of the earlier model's mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>overnight (8 h)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>proposal</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>proposed change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>proposed islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>remove islands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>removed: only in the earlier model's mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>see the View menu</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>shrink</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>smart stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>smooth outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>something to redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>something to undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>that no model is learning</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>the file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>the last one</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>threshold stroke</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>turned 180°</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>turned 90° left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>turned 90° left, mirrored left–right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>turned 90° right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>turned 90° right, mirrored left–right</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>unlock</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>unusable</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>versions that are not frozen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>waits for you</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>was active</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>with each of two versions.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>works</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>wrong body part</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>wrong view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>x {column}  y {row}  value {value}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>your mask; tinted: what would have to be corrected</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>{chosen} of %n frames</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>{command} cannot run now: {needs}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{count} pixels unlocked; {undo} locks them again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{count} px changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{done} of {all} done</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{done} of {files} files looked at: {pictures}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{file} is damaged, so the texts are English; make it again with lrelease</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{hours:.1f} h</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{key} cannot be chosen: it {does}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{key} is its key already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{key} is the key of {other}. Nothing is changed yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{key}: upright</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{least} to {most}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{mean} (95 % interval {low} to {high})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{minutes} min</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} came with the program.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} is better. {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} is better: {dice}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} is kept but does not propose. {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} is written to {file}</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>{model} learned from %n corrections in {minutes} on {device}, starting from {parent}.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>{model} proposes as soon as you leave this picture.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} proposes from now on.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} proposes from now on. {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} proposes from now on: {dice}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} saw {columns} x {rows} px: the picture takes {width} x {height} of them at the top left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} was imported from a file.</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>{model} was judged before it had learned from %n of these films; here it knows them.</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>{model} was not found better on the held-out films. Why is it used all the same? The reason is kept with the version.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model}, threshold {percent:.0f} %</source>
   <translation type="unfinished" />
  </message>
  <message numerus="yes">
   <source>{name} (%n corrections)</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message numerus="yes">
   <source>{number} locked pixels kept; {key} unlocks everything</source>
   <translation type="unfinished">
    <numerusform />
   </translation>
  </message>
  <message>
   <source>{one} and {other}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{others}: {plain}, {reports}, {damaged} damaged</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{other} against {one}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{other} and {one} on the same held-out films.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{other} goes without this key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{pictures} in {files}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{pixels} px changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{reader}: Dice {dice:.3f}, HD95 {hd95:.1f} px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{seconds:.0f} s</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{seconds} s</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{share:.1f} % to correct</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{size:.0f} MB</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{size:.1f} GB</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{version} costs {seconds:.0f} s more per film</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{version} saves {seconds:.0f} s per film</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{version} shows no sure saving per film ({facts}).</source>
   <translation type="unfinished" />
  </message>
 </context>
</TS>
