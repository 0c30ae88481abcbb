// How do many rows leave PostgreSQL without becoming an object each?
import type { Connection, Submittable } from 'pg';
import { poolOf, type Db } from './database.ts';

/**
 * Runs `COPY (…) TO STDOUT (FORMAT binary)` and hands over each row's bytes, at once and in order: a count of fields
 * (16 bits), then for each its length (32 bits, -1 for null) and its bytes. The bytes are only good until `take`
 * returns. `statement` carries no parameters: COPY takes none.
 * @throws what `take` throws, and the database's errors.
 */
export async function copyOut(db: Db, statement: string, take: (row: Buffer) => void): Promise<void> {
  const pool = poolOf(db);
  if (!pool) throw new Error('a transaction cannot copy out');
  const client = await pool.connect();
  let failure: unknown = null;
  try {
    await new Promise<void>((done, failed) => void client.query(copying(statement, take, done, failed)));
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // A connection that broke off in the middle of a copy is not used again.
    client.release(failure !== null);
  }
}

/** Before the first row: a signature of 11 bytes, flags and the length of an extension. */
const headerLength = 19;

function copying(statement: string, take: (row: Buffer) => void, done: () => void, failed: (error: unknown) => void): Submittable {
  let begun = false;
  let failure: unknown = null;
  const query = {
    submit: (connection: Connection) => connection.query(statement),
    handleCopyData({ chunk }: { chunk: Buffer }) {
      if (failure !== null) return;
      const row = begun ? chunk : chunk.subarray(headerLength);
      begun = true;
      // The last message is a count of -1.
      if (row.length <= 2) return;
      try {
        take(row);
      } catch (error) {
        failure = error;
      }
    },
    handleRowDescription() {},
    handleDataRow() {},
    handlePortalSuspended() {},
    handleEmptyQuery() {},
    handleCommandComplete() {},
    handleError: (error: unknown) => failed(error),
    handleReadyForQuery: () => (failure === null ? done() : failed(failure)),
  };
  return query;
}
