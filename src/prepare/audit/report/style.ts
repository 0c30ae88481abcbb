// How does the audit's page look?

/** Sober on screen, whole on paper, and legible without colour. */
export const reportStyle = `
:root{--ink:#1c2430;--quiet:#566172;--line:#d9dee5;--paper:#fff;--wash:#f6f7f9;--met:#1f6f43;--metwash:#eaf4ee;--not:#a3231f;--notwash:#fbeceb;--und:#8a5a00;--undwash:#fdf4e0;--none:#566172;--nonewash:#f1f3f5}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1080px;padding:28px 24px 60px;color:var(--ink);background:var(--paper);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:1.2;margin:2px 0 14px;letter-spacing:-.01em}
h2{font-size:19px;margin:0 0 8px;letter-spacing:-.005em}
h3{font-size:15px;margin:18px 0 6px;color:var(--quiet)}
p{margin:0 0 8px}
.kind{color:var(--quiet);margin:0;font-size:13px}
.quiet,small{color:var(--quiet)}
small{display:block;font-size:12px;font-weight:400;line-height:1.4}
section{margin-top:36px;border-top:1px solid var(--line);padding-top:18px}
.answer{display:flex;gap:12px;align-items:flex-start;border-left:4px solid var(--none);background:var(--nonewash);padding:10px 14px;margin:0 0 8px;border-radius:0 6px 6px 0}
.answer>b{font-size:20px;line-height:1.2;min-width:16px;text-align:center}
.answer.met{border-color:var(--met);background:var(--metwash)}
.answer.not-met{border-color:var(--not);background:var(--notwash)}
.answer.undecided,.answer.not-measurable,.answer.provenance{border-color:var(--und);background:var(--undwash)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;margin:20px 0 0;border:1px solid var(--line);border-radius:6px;overflow:hidden}
.numbers div{padding:8px 12px;box-shadow:0 0 0 .5px var(--line)}
.numbers dt{color:var(--quiet);font-size:12px}
.numbers dd{margin:0;font-size:17px;font-weight:600}
.scroll{overflow-x:auto;margin-top:6px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:7px 10px 7px 0;border-bottom:1px solid var(--line);font-weight:400}
thead th,thead td{color:var(--quiet);font-size:12px;border-bottom:1px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:600;min-width:150px}
td.n,thead th.n{text-align:right;white-space:nowrap}
#files td.n,#files th.n{padding-right:22px}
td.bar{padding-top:9px;min-width:170px}
.v{white-space:nowrap;font-weight:600}
.v b,.cell b{display:inline-block;min-width:1em}
.v.met,.cell.met b{color:var(--met)}.v.not-met,.cell.not-met b{color:var(--not)}.v.undecided,.cell.undecided b{color:var(--und)}.v.not-measurable,.cell.not-measurable b{color:var(--none)}
.matrix td.cell{border-left:1px solid var(--line);padding-left:8px;min-width:104px}
.cell.not-met{background:var(--notwash)}.cell.undecided{background:var(--undwash)}.cell.not-measurable{background:var(--nonewash)}
.cell span{font-size:13px}
.tag{display:inline-block;font:600 11px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:4px;padding:0 5px;color:var(--quiet)}
.fixes{padding-left:28px;margin:0}
.fixes li{margin:0 0 12px;padding-left:4px}
.fixes li::marker{font-weight:700}
.fixes p{margin:0}
.todo{color:var(--quiet)}
.todo::before{content:"→ "}
.absent li{margin-bottom:6px}
svg .axis{stroke:var(--line);stroke-width:4;stroke-linecap:round}
svg .interval{stroke:#7b8797;stroke-width:4;stroke-linecap:round}
svg .point{fill:var(--ink)}
svg .tick{stroke:var(--ink);stroke-width:1.5}
svg .limit{fill:none;stroke:#7b8797;stroke-width:1.2}svg .inside{fill:#fff;stroke:var(--ink);stroke-width:1.2}svg .outside{fill:var(--not)}
.grid{display:block;max-width:100%;min-width:640px;height:auto}.grid text{font-size:10px}.grid .heat-label{font-size:11px;fill:var(--quiet)}.grid .heat-row{font-size:12px;fill:var(--ink)}
.heat-0 rect{fill:#eef6f4}.heat-1 rect{fill:#cfe4e1}.heat-2 rect{fill:#a9cdca}.heat-3 rect{fill:#78adaa}.heat-4 rect{fill:#3f8280}.heat-5 rect{fill:#175a5d}.heat-6 rect{fill:#072b33}
.heat-0 text,.heat-1 text,.heat-2 text,.heat-3 text{fill:#0b2f36}.heat-4 text,.heat-5 text,.heat-6 text{fill:#fff}
.heat-withheld rect{fill:none;stroke:#a9b3bf}.heat-withheld path{stroke:#a9b3bf}.heat-none rect{fill:none}.heat-none text{fill:var(--quiet)}
.grid rect.heat-frame{fill:none;stroke:var(--not);stroke-width:3}
.key{display:inline-flex;align-items:center;gap:4px;margin-right:10px}.grid.swatch{display:inline-block;min-width:0;flex:none}
#files th,#files td{overflow-wrap:anywhere}
#method table{font-size:13px}
footer{margin-top:36px;border-top:1px solid var(--line);padding-top:12px;font-size:12px;color:var(--quiet);overflow-wrap:anywhere}
@media (max-width:640px){body{padding:16px 14px 40px}h1{font-size:23px}tbody th{min-width:120px}}
@media print{
body{max-width:none;padding:0;font-size:9.5pt;line-height:1.4}
h1{font-size:18pt}h2{font-size:13pt}
section{margin-top:14pt;padding-top:8pt}
.scroll{overflow:visible}
table{font-size:8.5pt}small{font-size:7.5pt}#method table{font-size:8pt}#method small{font-size:7.5pt}
th,td{padding:4pt 7pt 4pt 0}
tr,li,.answer,.numbers{break-inside:avoid}h2,h3,section>p.quiet{break-after:avoid}thead{display:table-header-group}
.answer,.cell{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.numbers{grid-template-columns:repeat(4,1fr)}.numbers dd{font-size:11pt}
tbody th,.matrix td.cell{min-width:0}
#elements tbody th{width:34%}#elements td.bar{min-width:0}#elements svg{width:84pt;height:auto}
#findings td:nth-child(3){overflow-wrap:anywhere}
.grid{min-width:0;break-inside:avoid}.grid rect,.key{-webkit-print-color-adjust:exact;print-color-adjust:exact}.key{white-space:normal}#map h3{break-after:avoid}#map p.quiet{break-after:avoid}#funnels svg{width:90pt;height:auto}
.across{page:across}
.across table{table-layout:fixed;font-size:7.5pt}.across small{font-size:6.5pt}.across th{overflow-wrap:anywhere}.across thead th{font-size:6.5pt}.across thead th:first-child{width:15%}.across td.cell{padding:3pt 2pt 3pt 4pt}.across td{overflow-wrap:anywhere}.across .cell span{font-size:6.5pt}
}
@page{margin:14mm 13mm}
@page across{size:landscape;margin:13mm}
`;
