// Which top-level fields do the resources of an export carry, judged by the first ones of each file?
import { listFolder } from './list-folder.ts';
import { judgeLine, readLines } from './read-lines.ts';

export interface FieldSample {
  /** Resources looked at. */
  sampled: number;
  /** In how many of them each top-level field stands. */
  fields: Record<string, number>;
}

/** Looks at the first `perFile` resources of each file. @throws Problem when the folder cannot be read. */
export async function sampleFields(folder: string, perFile = 200): Promise<Record<string, FieldSample>> {
  const samples: Record<string, FieldSample> = {};
  const { candidates } = await listFolder(folder);
  for (const { path, gzip, trouble } of candidates) {
    if (trouble) continue;
    for await (const raw of readLines(path, gzip, {})) {
      if (raw.line > perFile) break;
      const judged = judgeLine(raw);
      if (judged.kind !== 'resource') continue;
      const sample = (samples[judged.type] ??= { sampled: 0, fields: {} });
      sample.sampled++;
      for (const field of Object.keys(JSON.parse(judged.text.toString('utf8')) as object))
        sample.fields[field] = (sample.fields[field] ?? 0) + 1;
    }
  }
  return samples;
}
