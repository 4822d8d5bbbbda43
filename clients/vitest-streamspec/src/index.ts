/** Runs the cases of streamspec against an application: see `forCases`. */

import { inject, test } from "vitest";

import { type Case, type Judgement, type Seen, Server, type Session } from "./client.ts";
import type {} from "./setup.ts";

export {
  type Case,
  type Judgement,
  type Outcome,
  type Seen,
  type SeenError,
  Server,
  Session,
  StreamspecError,
} from "./client.ts";

/** The choices with which cases are run. */
export interface Options {
  /** The axes that are not judged, `["error.status"]` for code that has no status. */
  ignore?: string[];
  /** The same streams with their bytes split or framed otherwise, `crlf`. */
  variant?: string;
  /** The cases of which one knows that they fail, each with the reason; one that passes is then a failure. */
  known?: Record<string, string>;
}

/** A judgement that does not pass. */
export class NotAsExpected extends Error {
  override name = "NotAsExpected";
  readonly judgement: Judgement;

  constructor(judgement: Judgement) {
    super(judgement.explanation);
    this.judgement = judgement;
  }
}

/** The server of this run. */
export function server(): Server {
  return new Server(inject("streamspec"));
}

/** Judges what was seen in a session, and throws with the explanation where it does not pass. */
export async function judge(session: Session, seen: Seen): Promise<Judgement> {
  const judgement = await session.verdict(seen);
  if (!judgement.passes) throw new NotAsExpected(judgement);
  return judgement;
}

/**
 * Makes a test of each case that ids, folders or globs name. The body makes the application's call below `session.baseURL` and
 * returns what the application saw, which is judged.
 */
export async function forCases(
  names: string[],
  options: Options,
  body: (session: Session, one: Case) => Promise<Seen>,
): Promise<void> {
  const { ignore = [], known = {}, variant } = options;
  const listed = await Promise.all(names.map((name) => server().cases(name)));
  const cases = new Map(listed.flat().map((one) => [one.id, one]));
  const gone = Object.keys(known).filter((id) => !cases.has(id));
  if (cases.size === 0) throw new Error(`no case is named by ${names.join(", ")}`);
  if (gone.length > 0) throw new Error(`none of these cases is known to fail: ${gone.join(", ")}`);
  for (const one of cases.values()) {
    const why = known[one.id];
    const run = why === undefined ? test : test.fails;
    run(why === undefined ? one.id : `${one.id} (known to fail: ${why})`, { timeout: 60_000 }, async () => {
      const session = await server().open(one.id, variant === undefined ? {} : { variant });
      session.ignored = ignore;
      try {
        await judge(session, await body(session, one));
      } finally {
        await session.close();
      }
    });
  }
}
