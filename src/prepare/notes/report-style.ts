// How does the page of a notes audit look?

/** Sober on screen, whole on paper, and legible without colour: each kind of text has a pattern of its own. */
export const reportStyle = `
:root{--ink:#1c2430;--quiet:#566172;--line:#d9dee5;--met:#1f6f43;--not:#a3231f;--und:#8a5a00;--wash:#f6f7f9;--copied:#b4532a;--templated:#6b5ca5;--imported:#2b7a9b;--authored:#dfe5ea}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:28px 24px 60px;color:var(--ink);background:#fff;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:1.2;margin:2px 0 14px}h2{font-size:19px;margin:0 0 8px}p{margin:0 0 8px}
.quiet,small{color:var(--quiet)}small{display:block;font-size:12px;line-height:1.4;font-weight:400}
section{margin-top:36px;border-top:1px solid var(--line);padding-top:18px}
.answer{border-left:4px solid var(--und);background:var(--wash);padding:10px 14px;border-radius:0 6px 6px 0}
.answer.met{border-color:var(--met)}.answer.not-met{border-color:var(--not)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;margin:20px 0 0;border:1px solid var(--line);border-radius:6px;overflow:hidden}
.numbers div{padding:8px 12px;box-shadow:0 0 0 .5px var(--line)}.numbers dt{color:var(--quiet);font-size:12px}.numbers dd{margin:0;font-size:17px;font-weight:600}
.scroll{overflow-x:auto;margin-top:6px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:7px 10px 7px 0;border-bottom:1px solid var(--line);font-weight:400}
thead th,thead td{color:var(--quiet);font-size:12px;border-bottom:1px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:600;min-width:140px}tbody th.inner{font-weight:400;padding-left:18px}
td.n,thead th.n{text-align:right;white-space:nowrap}
.v{white-space:nowrap;font-weight:600}.v.met{color:var(--met)}.v.not-met{color:var(--not)}.v.undecided{color:var(--und)}.v.not-measurable{color:var(--quiet)}
.tag{display:inline-block;font:600 11px/1.5 ui-monospace,Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:4px;padding:0 5px;color:var(--quiet)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 10px;padding:0;font-size:13px}
.legend svg,.stack{vertical-align:-2px}
.todo{color:var(--quiet)}.todo::before{content:"→ "}
ol li{margin:0 0 10px}
footer{margin-top:36px;border-top:1px solid var(--line);padding-top:12px;font-size:12px;color:var(--quiet);overflow-wrap:anywhere}
@media (max-width:640px){body{padding:16px 14px 40px}h1{font-size:23px}}
@media print{body{max-width:none;padding:0;font-size:9.5pt}.scroll{overflow:visible}table{font-size:8.5pt}tr,li,.answer{break-inside:avoid}thead{display:table-header-group}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@page{margin:14mm 13mm}
`;
