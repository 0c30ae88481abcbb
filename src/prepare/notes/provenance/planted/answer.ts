// What does the product's own method say about a planted corpus?
import { analyseChart, templateLearner, type ChartProvenance, type Templates } from '../provenance.ts';
import type { PlantedCorpus } from './plant.ts';
import { score, type Said, type Score } from './score.ts';

export function answer({ charts }: PlantedCorpus): { templates: Templates; charts: ChartProvenance[] } {
  const learner = templateLearner();
  for (const { notes } of charts) for (const note of notes) learner.add(note);
  const templates = learner.finish();
  return { templates, charts: charts.map(({ notes, facts }) => analyseChart(notes, { templates, facts: ({ encounter }) => facts.get(encounter!) ?? [] })) };
}

export function scoreOfOurs(corpus: PlantedCorpus): Score {
  const said = answer(corpus).charts.map(({ notes }) => notes.map(({ spans }) => spans.map(({ source, origin, ...span }): Said => ({ ...span, ...(source && { source: source.index }), ...(origin && { origin: origin.index }) }))));
  return score(corpus, (chart, note) => said[chart]![note]!);
}
