/** gateway.yaml, `timestamps` and `clock`: RFC 3161 time-stamps of the trail, and whose clocks ours is compared with (docs/operating.md, "Time"). */
import * as v from 'valibot';
import { duration, path, record, serviceUrl, size, text } from './values.ts';

function authority(folder: string) {
  return record({
    url: v.pipe(serviceUrl(), v.maxLength(200, 'expected at most 200 characters'), v.description('Where it takes application/timestamp-query. Its tokens carry their own signature: http is no weakness.')),
    roots: v.pipe(v.array(path(folder)), v.minLength(1, 'name at least one certificate'), v.description('Certificates (PEM) of the authorities above it, all of them: those that come with a token are not kept.')),
    policy: v.exactOptional(v.pipe(text(), v.regex(/^[0-2](\.(0|[1-9][0-9]{0,18})){1,40}$/, 'expected a dotted policy such as 1.2.3.4.1'), v.description('Policy that is asked for and insisted on.'))),
  });
}

const named = (authorities: readonly { readonly url: string }[]): number => new Set(authorities.map(({ url }) => url.replace(/^https?:/, ''))).size;

export function timestamps(folder: string) {
  return v.exactOptional(
    v.pipe(
      record({
        authorities: v.pipe(v.array(authority(folder)), v.minLength(1, 'name at least one authority'), v.maxLength(8, 'expected at most 8'), v.check((all) => named(all) === all.length, 'two authorities have one URL'), v.description('Time-stamping authorities, each of which stamps every checkpoint. One of each country shows the time to both; only two can show that our clock is wrong.')),
        every: v.pipe(v.optional(duration(), '10m'), v.check((ms) => ms >= 1000, 'expected at least 1s'), v.description('Between two tokens of one authority.')),
        timeout: v.pipe(v.optional(duration(), '10s'), v.check((ms) => ms >= 1, 'expected at least 1ms'), v.description('Until the whole of a token has arrived.')),
        maxBytes: v.pipe(v.optional(size(), '64KiB'), v.description('The most that an answer of an authority may have.')),
      }),
      v.description('RFC 3161 time-stamps of the trail. Without them the state of the clock is unknown.'),
    ),
  );
}

export const clock = v.optional(
  v.pipe(
    record({
      maxAge: v.pipe(v.optional(duration(), '60s'), v.description("How far the time of a peer's request may lie back.")),
      maxAhead: v.pipe(v.optional(duration(), '30s'), v.description('How far it may lie ahead.')),
      alarmOffset: v.pipe(v.optional(duration(), '2s'), v.description('By how much our clock may be off an authority and still count as synchronised.')),
      maxOffset: v.pipe(v.optional(duration(), '30s'), v.description('Beyond it, for two authorities of timestamps, the gateway takes no exchanges.')),
      maxPeerOffset: v.pipe(v.optional(duration(), '30s'), v.description("Beyond it, between our clock and that of a link's peer, the link takes none.")),
    }),
    v.description('Clocks: ours, and those of peers.'),
  ),
  {},
);
