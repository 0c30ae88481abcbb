// What went wrong, where, and what should the person do next?

/** A place in an input that a person can go to: a file, a line in it, a path inside the line's JSON. */
export interface Place {
  file?: string | undefined;
  /** 1-based. */
  line?: number | undefined;
  /** FHIRPath, JSON path or form field, e.g. `data.elements[3].path`. */
  path?: string | undefined;
}

export interface ProblemDetail extends Place {
  /** What is wrong, one sentence. */
  says: string;
}

/** The kinds of problem the product knows. Each is a stable RFC 9457 `type` and an HTTP status. */
export const problemKinds = {
  'bad-input': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unprocessable: 422,
  'too-many-requests': 429,
  unavailable: 503,
  internal: 500,
} as const;
export type ProblemKind = keyof typeof problemKinds;

/** An error meant for the person who caused it: says what, where and what next. Never carries PHI. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** What the person can do about it, one sentence. */
  readonly next: string;
  readonly details: ProblemDetail[];

  constructor(kind: ProblemKind, says: string, next = '', details: ProblemDetail[] = []) {
    super(says);
    this.kind = kind;
    this.next = next;
    this.details = details;
  }

  get status(): number {
    return problemKinds[this.kind];
  }

  /** RFC 9457 problem details. */
  toJSON(): ProblemJson {
    return {
      type: `urn:attending:problem:${this.kind}`,
      title: this.message,
      status: this.status,
      ...(this.next && { next: this.next }),
      ...(this.details.length > 0 && { errors: this.details }),
    };
  }
}

export interface ProblemJson {
  type: string;
  title: string;
  status: number;
  next?: string;
  errors?: ProblemDetail[];
}
