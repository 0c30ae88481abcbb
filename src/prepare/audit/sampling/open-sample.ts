// How is an export opened to draw from it, without running the checks?
import { Problem } from '../../../tools/base/problem.ts';
import type { CharterInput } from '../charter-input.ts';
import { timeOfExport } from '../export-time.ts';
import { inWorkspace, openForAudit } from '../open-for-audit.ts';
import { usedTypes, wantedFields } from '../plan.ts';
import { pressuresApart } from '../pressures.ts';
import { provenanceOf } from '../provenance.ts';
import { prepare, toolVersion, type AuditOptions } from '../run-audit.ts';
import { runTogether, sharing } from '../side-by-side.ts';
import { drawSample, type EarlierSample } from './draw.ts';
import type { Extension, SampleDocument, SampleRequest } from './sample-words.ts';

/**
 * Reads a folder of FHIR NDJSON and draws. The same folder, charter and request give the same sample, but for `drawnAt`.
 * @throws Problem when the folder is unusable, the population is empty, the frame is a sample drawn before, or `signal` aborts.
 */
export function sampleExport(folder: string, input: CharterInput, request: SampleRequest, options: AuditOptions & { extensions?: readonly Extension[]; earlier?: readonly EarlierSample[] }): Promise<SampleDocument> {
  return inWorkspace(options.workspace, (workspace) => sampleIn(workspace, folder, input, request, options));
}

async function sampleIn(workspace: string, folder: string, given: CharterInput, request: SampleRequest, { clock, onProgress, signal, threads = 2, memoryLimit, mapping, extensions = [], earlier = [] }: Parameters<typeof sampleExport>[3]): Promise<SampleDocument> {
  const at = clock.now();
  const wanted = wantedFields(given);
  const { opened: handle, tell } = await openForAudit(folder, { workspace, fields: wanted, onProgress, signal, threads, memoryLimit, mapping });
  const input = pressuresApart(given, handle.kind);
  try {
    const { atOnce, setting } = sharing(threads);
    await handle.database.run(setting);
    const step = async (says: string, done: number, work: () => Promise<void>) => {
      if (signal?.aborted) throw new Problem('conflict', 'The draw was stopped.', 'Start it again when it suits.');
      tell('preparing', says, done);
      await work();
    };
    await prepare(handle, input, wanted, step, (lists) => runTogether(handle.database, lists, atOnce));
    // Where no day is known there is no month to draw from.
    if (handle.undated) await handle.database.run('UPDATE enc SET month = NULL');
    const types = usedTypes(input.data).filter((type) => (handle.resources[type] ?? 0) > 0);
    const time = await timeOfExport(handle, types, wanted, at);
    const provenance = await provenanceOf(handle, types, wanted, time);
    let made: SampleDocument | null = null;
    await step('Drawing the sample', 0.9, async () => {
      made = await drawSample(handle.database, input, { request, extensions, at, provenance: provenance.verdict, version: await toolVersion(), earlier });
    });
    return made!;
  } finally {
    await handle.close();
  }
}
