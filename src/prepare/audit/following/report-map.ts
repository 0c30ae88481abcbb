// How do the missingness map and the funnels of an audit read on its page and on paper?
import { funnel } from '../../../tools/statistics/funnel.ts';
import { heatWords, layOutGrid, type GridRow } from '../../../tools/ui/charts/heat-grid.ts';
import { count, percent } from '../../../tools/ui/numbers.ts';
import type { AuditDocument } from '../model.ts';
import { escape, section, table } from '../report/html.ts';
import { mapRows } from './map-rows.ts';
import { missingnessOf, monthCounts } from './map.ts';
import { smallestCell } from './model.ts';

/** A page is read and printed: the worst rows of the most urgent elements; audit.json has all. */
const mostElements = 8;
const mostRows = 14;
const mostColumns = 36;

// Names that strangers wrote stand in texts, never in attributes.

/** Field by facility by month, one grid for each element, the silent ones and the critical ones first. */
export function mapSection(audit: AuditDocument): string {
  const counts = monthCounts(audit.findings);
  if (counts.length === 0) return '';
  const order = { critical: 0, important: 1, context: 2 };
  const maps = audit.elements.flatMap((element) => {
    const map = missingnessOf(counts.filter((one) => one.element === element.id));
    return map.cells.length === 0 ? [] : [{ element, map, silent: map.elements[0]?.silent ?? 0 }];
  });
  // Where fewer than five people were everywhere there is nothing to draw, and that is said once.
  const empty = maps.filter(({ map }) => map.cells.every(({ n }) => n === null));
  // Nor where nothing is missing.
  const full = maps.filter(({ map }) => map.cells.some(({ n }) => n !== null) && map.cells.every(({ n, k }) => n === k));
  maps.splice(0, maps.length, ...maps.filter((one) => !empty.includes(one) && !full.includes(one)));
  maps.sort((a, b) => order[a.element.tier] - order[b.element.tier] || b.silent - a.silent);
  if (maps.length === 0) return '';
  const grids = maps.slice(0, mostElements).map(({ element, map }) => {
    const { columns, rows, reading } = mapRows(map, { by: 'facility', order: 'worst', quarters: map.months.length > mostColumns, words: '', nameOf: () => element.name });
    const shown = rows.slice(0, mostRows);
    const first = Math.max(0, columns.length - mostColumns);
    const cut = shown.map((row): GridRow => ({ ...row, cells: row.cells.slice(first) }));
    return `<h3>${escape(element.name)} <span class="tag">${element.tier}</span></h3><p class="quiet">${escape(reading)}${rows.length > shown.length ? ` The ${shown.length} worst are shown; ${count(rows.length - shown.length)} more facilities stand in audit.json.` : ''}</p>${gridSvg(`Completeness of ${element.name} by facility and month`, columns.slice(first), cut, reading)}`;
  });
  return section(
    'map', 'Where it is missing: facility by month',
    `<p class="quiet">The share of patients or encounters with a usable value, in whole per cent; the darker, the more is missing. ${legend()}</p>${grids.join('\n')}${maps.length > mostElements ? `<p class="quiet">${count(maps.length - mostElements)} more elements in audit.json: ${escape(maps.slice(mostElements).map(({ element }) => element.name).join(', '))}.</p>` : ''}${empty.length > 0 ? `<p class="quiet">Fewer than five people in every facility and month, so withheld: ${escape(empty.map(({ element }) => element.name).join(', '))}.</p>` : ''}${full.length > 0 ? `<p class="quiet">Nothing is missing in any facility and month: ${escape(full.map(({ element }) => element.name).join(', '))}.</p>` : ''}`,
    'across',
  );
}

const swatch = (kind: string, text: string, framed = false) => `<svg class="grid swatch" width="26" height="18" viewBox="0 0 26 18" aria-hidden="true"><g class="${kind}"><rect x="1" y="1" width="24" height="16" rx="2"/>${kind === 'heat-withheld' ? '<path d="M2 17L24 1"/>' : ''}${framed ? '<rect class="heat-frame" x="1" y="1" width="24" height="16"/>' : ''}<text x="13" y="13" text-anchor="middle">${text}</text></g></svg>`;
const legend = () =>
  `${heatWords.map((words, heat) => `<span class="key">${swatch(`heat-${heat}`, '')} ${words}</span>`).join(' ')} <span class="key">${swatch('heat-6', '0!', true)} silent: nothing came for ten or more, though it comes elsewhere</span> <span class="key">${swatch('heat-withheld', '&lt;5')} fewer than five people, withheld</span> <span class="key">${swatch('heat-none', '·')} nobody came</span>`;

function gridSvg(title: string, columns: readonly string[], rows: readonly GridRow[], reading: string): string {
  const layout = layOutGrid(columns, rows);
  const { cell } = layout;
  const texts = [
    ...layout.groups.map((group) => `<text class="heat-label" x="${group.x + 3}" y="14">${escape(group.label)}</text>`),
    ...layout.columns.map((column) => `<text class="heat-label" x="${column.x}" y="32" text-anchor="middle">${escape(column.label)}</text>`),
    ...layout.rows.map((row) => `<text class="heat-row" x="0" y="${row.y + 4}">${escape(row.label.length > 30 ? `${row.label.slice(0, 29)}…` : row.label)}<title>${escape(row.label)}</title></text>`),
  ];
  const cells = layout.cells.map(
    (one) =>
      `<g class="${one.kind}"><title>${escape(one.says)}</title><rect x="${one.x + 1}" y="${one.y + 1}" width="${cell.width - 2}" height="${cell.height - 2}" rx="2"/>${one.kind === 'heat-withheld' ? `<path d="M${one.x + 2} ${one.y + cell.height - 2}L${one.x + cell.width - 2} ${one.y + 2}"/>` : ''}${one.framed ? `<rect class="heat-frame" x="${one.x + 1}" y="${one.y + 1}" width="${cell.width - 2}" height="${cell.height - 2}"/>` : ''}<text x="${one.x + cell.width / 2}" y="${one.y + cell.height / 2 + 3.5}" text-anchor="middle">${escape(one.text)}</text></g>`,
  );
  return `<div class="scroll" tabindex="0" role="group"><svg class="grid" role="img" width="${layout.width}" height="${layout.height}" viewBox="0 0 ${layout.width} ${layout.height}"><title>${escape(`${title}. ${reading}`)}</title>${texts.join('')}${cells.join('')}</svg></div>`;
}

/** Facilities and departments that lie outside the 99.8 % limits of their size, per element. */
export function funnelSection(audit: AuditDocument): string {
  const rows = audit.elements.flatMap((element) => {
    const units = audit.findings.filter(({ check, element: id, unit, rate, n, figures }) => check === 'C02' && id === element.id && unit.facility !== null && unit.clinician === null && unit.month === null && rate !== null && Math.round(figures['patients'] ?? n) >= smallestCell);
    return (['facility', 'department'] as const).flatMap((level) => {
      const mine = units.filter(({ unit }) => (unit.department === null) === (level === 'facility'));
      const found = funnel(mine.map(({ n, k, figures }) => ({ n, k: k ?? 0, ...(figures['effectiveN'] != null && { effective: figures['effectiveN'] }) })));
      if (!found) return [];
      const outside = found.units
        .flatMap((one, at) => (one.outside === null ? [] : [{ far: Math.abs(one.z), says: `${[mine[at]!.unit.facility, mine[at]!.unit.department].filter(Boolean).join(', ')} ${percent(one.k / one.n)} (${one.outside}; limits ${percent(one.low998)} to ${percent(one.high998)})` }]))
        .sort((a, b) => b.far - a.far)
        .map(({ says }) => says);
      return [`<tr><th scope="row">${escape(element.name)}<small>${element.tier}</small></th><td>${level === 'facility' ? 'facilities' : 'departments'}</td><td class="n">${count(mine.length)}</td><td class="n">${escape(percent(found.centre))}</td><td class="bar">${funnelSvg(found, `${element.name} by ${level}`)}</td><td>${outside.length === 0 ? '<span class="quiet">none</span>' : escape(outside.slice(0, 6).join('; ')) + (outside.length > 6 ? ` <span class="quiet">and ${outside.length - 6} more</span>` : '')}</td></tr>`];
    });
  });
  if (rows.length === 0) return '';
  return section('funnels', 'Which units lie outside what their size explains', `<p class="quiet">Each unit by its size, between the 99.8 % limits for units of that size, ordinary differences between units allowed for (Spiegelhalter 2005). A square lies outside. Units of fewer than five people are left out.</p>${table('Element|By|#Units|#Together|Funnel|Outside', rows)}`);
}

function funnelSvg(found: NonNullable<ReturnType<typeof funnel>>, title: string): string {
  const [width, height] = [170, 56];
  const sizes = found.units.map(({ n }) => n);
  const [least, most] = [Math.log(Math.min(...sizes)), Math.log(Math.max(...sizes))];
  const lowest = Math.min(...found.units.map(({ k, n, low998 }) => Math.min(k / n, low998)));
  const x = (n: number) => (most === least ? width / 2 : 6 + ((Math.log(n) - least) / (most - least)) * (width - 12));
  const y = (share: number) => 5 + ((1 - share) / Math.max(0.02, 1 - lowest)) * (height - 10);
  const sorted = [...found.units].sort((a, b) => a.n - b.n);
  const edge = (of: 'low998' | 'high998') => sorted.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(one.n).toFixed(1)} ${y(one[of]).toFixed(1)}`).join('');
  const says = `${title}: ${found.units.length} units around ${percent(found.centre)}, ${found.units.filter(({ outside }) => outside !== null).length} outside the 99.8 % limits`;
  return `<svg class="funnel" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${escape(says)}</title><line class="tick" x1="4" x2="${width - 4}" y1="${y(found.centre).toFixed(1)}" y2="${y(found.centre).toFixed(1)}"/><path class="limit" d="${edge('low998')}"/><path class="limit" d="${edge('high998')}"/>${found.units.map((one) => (one.outside === null ? `<circle class="inside" cx="${x(one.n).toFixed(1)}" cy="${y(one.k / one.n).toFixed(1)}" r="3"/>` : `<rect class="outside" x="${(x(one.n) - 3.5).toFixed(1)}" y="${(y(one.k / one.n) - 3.5).toFixed(1)}" width="7" height="7"/>`)).join('')}</svg>`;
}
