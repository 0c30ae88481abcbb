#!/usr/bin/env node
// The command `attending` in a checkout: made ready first where it is not, then run.
import { attending, ready } from './ready.mjs';

// Progress goes to standard error: standard output belongs to the command.
await ready((text) => process.stderr.write(`${text}\n`));
await attending(process.argv.slice(2));
