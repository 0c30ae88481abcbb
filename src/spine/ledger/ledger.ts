// What may the house ask of its ledger: remember this, show that, sign it, prove it?
export { actorOf, append, appendAll, remember, type Appended } from './append.ts';
export { ledger } from './capability.ts';
export { entries, head, newest } from './reading.ts';
export { openLedger, signHead } from './signing.ts';
export { exportChunks, verifyDatabase } from './whole-ledger.ts';
