/** The echo on the domestic listener: where our security server asks it (gateway.yaml, echo). */
import type { Middleware } from 'koa';
import type { EchoService } from '../exchange/echo-service.ts';
import type { Clock } from '../platform/clock.ts';
import { readBody } from './body.ts';
import { acceptOf, headersOf, pinnedSubject, send } from './domestic.ts';

export interface EchoOptions {
  readonly service: EchoService;
  readonly path: string;
  /** Keys of our security servers. */
  readonly pins: readonly string[];
  readonly clock: Clock;
  /** Bytes that a question may have. */
  readonly maxBytes: number;
}

/** Answers echoes, and lets everything else pass. */
export function echoes({ service, path, pins, clock, maxBytes }: EchoOptions): Middleware {
  return async (context, next) => {
    if (context.path !== path && !context.path.startsWith(`${path}/`)) {
      await next();
      return;
    }
    const read = async () => {
      const connection = pinnedSubject(context, pins, clock.now());
      const body = await readBody(context.req, maxBytes);
      return { connection, message: { method: context.method, target: (context.req.url ?? '').slice(path.length), headers: headersOf(context), body } };
    };
    send(context, await service.answer(read, acceptOf(context)));
  };
}
