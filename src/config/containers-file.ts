/** gateway.yaml, `home.containers`: how the signed containers of our security servers are fetched and what they are judged by, where a leg of a link asks for them. */
import * as v from 'valibot';
import { count, duration, path, record, size } from './values.ts';

function configuration(folder: string) {
  return v.pipe(
    record({
      anchor: v.exactOptional(v.pipe(path(folder), v.description('X-Road: configuration anchor of our instance (XML), as the central authority handed it out: compare its hash. What it signs is downloaded, and each that ever was is kept in the data folder.'))),
      file: v.exactOptional(v.pipe(path(folder), v.description("In place of an anchor, where the platform's configuration is not public (UXP): a shared-params.xml written by hand."))),
      refresh: v.pipe(v.optional(duration(), '60s'), v.description('Between two downloads.')),
      timeout: v.optional(duration(), '30s'),
      maxBytes: v.pipe(v.optional(size(), '32MiB'), v.description('The most that a file of it may have.')),
    }),
    v.check(({ anchor, file }) => (anchor === undefined) !== (file === undefined), 'name an anchor or a file, not both'),
    v.description("The instance's global configuration, by which signatures, time-stamps and OCSP answers are judged."),
  );
}

export function containers(folder: string) {
  return v.exactOptional(
    v.pipe(
      record({
        configuration: configuration(folder),
        retryAfter: v.pipe(v.optional(duration(), '10s'), v.check((ms) => ms >= 1, 'expected at least 1ms'), v.description('Between the message and the first attempt; each further one waits twice as long.')),
        retryAtMost: v.optional(duration(), '1h'),
        retryFor: v.pipe(v.optional(duration(), '7d'), v.description('After which a container that is not there, or not time-stamped, is missing, and the peer is told.')),
        timeout: v.pipe(v.optional(duration(), '30s'), v.description('Of one question to a security server.')),
        maxBytes: v.pipe(v.optional(size(), '64MiB'), v.description('The most that a security server may answer.')),
        maxWaiting: v.pipe(v.optional(count(1, 10_000_000), 100_000), v.description('Containers that are waited for at once; those of further messages are not fetched, which the log says.')),
      }),
      v.description('Signed containers of our security servers (link: `containers` of a leg).'),
    ),
  );
}
