// What may the house ask of its ledger: remember this, show that, sign it, prove it?
export { actorOf, append, appendAll, remember, type Appended } from './append.ts';
export { keptBeside, type Comparing } from './beside.ts';
export { byteaArray, textArray } from './binary-arrays.ts';
export { ledger } from './capability.ts';
export { asFhir, guidanceResponse, type Guidance } from './fhir/resources.ts';
export { appendGrouped, appendInTurn } from './group.ts';
export type { Appending, Sealed } from './prepare.ts';
export { leafList, type LeafList } from './leaf-list.ts';
export { receiptOf } from './log/receipts.ts';
export { keyIn } from './payloads/envelope.ts';
export { openBeside, openPayload, readyKey, seal } from './payloads/seal.ts';
export { keyedNames, type Names } from './payloads/many-names.ts';
export { keyedHash, keyedHashes, referenceFor, referencesFor, type Identifier } from './payloads/subjects.ts';
export { consistencyOf, inclusionOf } from './proving.ts';
export { entries, head, newest } from './reading.ts';
export { openLedger, signHead } from './signing.ts';
export { inclusionAmong, rootOfLeaves } from './tree-on-server.ts';
export { exportChunks, verifyDatabase, verifyNow } from './whole-ledger.ts';
