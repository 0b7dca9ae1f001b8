"""The look of the report's page: light and dark, on screen and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --paper: #ffffff; --ink: #1a1f26; --quiet: #5b6673; --rule: #dfe3e8;
  --bar: #7fa8c9; --mean: #b3261e; --band: #b3261e22; --link: #1f5f86; --warn: #fff3d6; --warn-ink: #5c4300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --paper: #1d2125; --ink: #eceff2; --quiet: #a3adb8; --rule: #353c44;
    --bar: #5b88ad; --mean: #ff8a80; --band: #ff8a8030; --link: #7cc0ea; --warn: #4a3800; --warn-ink: #ffe9b0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 40px 28px 60px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 14px; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; margin: 0 0 12px; font-weight: 650; }
h3 { font-size: 1rem; margin: 26px 0 8px; font-weight: 650; }
p { margin: 0 0 10px; }
a { color: var(--link); }
.kind { color: var(--quiet); margin: 0 0 4px; }
.lead { font-size: 1.2rem; max-width: 46em; }
.quiet { color: var(--quiet); }
.warning { background: var(--warn); color: var(--warn-ink); padding: 10px 14px; border-radius: 8px; max-width: 54em; }
section, .card { background: var(--paper); border: 1px solid var(--rule); border-radius: 12px; padding: 20px 24px;
  margin-top: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 20px;
  margin-top: 28px; }
.card { margin: 0; }
.card h2 { margin: 0; }
.card:only-child { display: grid; grid-template-columns: minmax(200px, 1fr) minmax(0, 620px); align-items: center; }
.card:only-child h2 { align-self: end; }
.card:only-child .figure { grid-row: 2; align-self: start; }
.card:only-child .histogram { grid-column: 2; grid-row: 1 / 3; }
.figure b { font-size: 2.2rem; font-weight: 650; display: block; line-height: 1.25; }
.figure .quiet { display: block; }
.note { margin-top: 12px; color: var(--quiet); max-width: 62em; }
.histogram { width: 100%; height: auto; display: block; }
.histogram .bar { fill: var(--bar); }
.histogram .bar:hover { fill: var(--link); }
.histogram .axis { stroke: var(--quiet); }
.histogram .rule { stroke: var(--rule); stroke-dasharray: 3 3; }
.histogram .tick { fill: var(--quiet); font-size: 12px; }
.histogram .mean { stroke: var(--mean); stroke-width: 1.5; }
.histogram .band { fill: var(--band); }
.histogram .label { fill: var(--mean); font-size: 13px; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--rule); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 500; font-size: 0.9rem; }
th:first-child { text-align: left; padding-left: 0; }
.numbers td .quiet { display: block; font-size: 0.82rem; white-space: nowrap; }
.words th, .words td { text-align: left; }
dl { display: grid; grid-template-columns: minmax(8em, max-content) 1fr; gap: 8px 22px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; max-width: 62em; overflow-wrap: anywhere; }
code { font: 0.88em/1.5 ui-monospace, SFMono-Regular, Consolas, "Liberation Mono", monospace; }
ul { margin: 0; padding-left: 1.2em; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 22px; align-items: center; }
.legend i { display: inline-block; width: 22px; height: 4px; border-radius: 2px; margin-right: 8px;
  vertical-align: middle; box-shadow: 0 0 0 1px #0008; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.worst { position: relative; }
#outlines { position: absolute; opacity: 0; }
label { border: 1px solid var(--rule); border-radius: 999px; padding: 3px 14px; cursor: pointer; }
label::before { content: "Hide "; }
#outlines:not(:checked) ~ .legend label::before { content: "Show "; }
#outlines:not(:checked) ~ .grid .over { visibility: hidden; }
#outlines:focus-visible ~ .legend label { outline: 2px solid var(--link); outline-offset: 2px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 22px 20px;
  align-items: start; }
figure { margin: 0; break-inside: avoid; }
figure a { display: block; position: relative; background: #000; border-radius: 8px; overflow: hidden; }
figure img { display: block; width: 100%; height: auto; }
figure .over { position: absolute; inset: 0; }
figcaption { margin-top: 6px; font-size: 0.92rem; overflow-wrap: anywhere; }
footer { margin-top: 26px; color: var(--quiet); font-size: 0.92rem; }
@media (max-width: 640px) {
  main { padding: 24px 14px 40px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 10px; }
  .card:only-child { display: block; }
}
@media print {
  :root { --ground: #fff; --paper: #fff; --ink: #000; --quiet: #444; --rule: #ccc; --bar: #7fa8c9; --mean: #b3261e;
    --band: #b3261e22; --link: #000; }
  @page { margin: 14mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section, .card { border: 0; padding: 0; margin-top: 18px; border-radius: 0; }
  h2, h3, .legend { break-after: avoid; }
  table, .card, .worst, dl > * { break-inside: avoid; }
  .grid { grid-template-columns: repeat(4, 1fr); gap: 10px; }
  figcaption { font-size: 0.8rem; }
  .scroll { overflow: visible; }
  label { display: none; }
  .histogram .bar, .histogram .band { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
