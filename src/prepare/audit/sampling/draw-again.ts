// Does the export give this sample once more?
import { charterOf } from '../charter-input.ts';
import type { AuditOptions } from '../run-audit.ts';
import { sampleExport } from './open-sample.ts';
import type { SampleDocument } from './sample-words.ts';
import { differences } from './verify-draw.ts';

/** Draws again with the seed, request, extensions and data section of the sample; what differs, in sentences. */
export async function drawAgain(given: SampleDocument, folder: string, options: AuditOptions): Promise<string[]> {
  const input = await charterOf(given.charter.data, given.charter.deployment ?? 'sample');
  return differences(given, await sampleExport(folder, input, given.request, { ...options, extensions: given.extensions }));
}
