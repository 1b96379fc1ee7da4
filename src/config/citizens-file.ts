/** gateway.yaml, `citizens`: who may ask what foreign bodies asked about a person (docs/operating.md, "The citizen's view"). */
import * as v from 'valibot';
import { count, memberPath, path, record } from './values.ts';

export function citizens(folder: string) {
  const authority = record({
    client: v.pipe(memberPath(), v.description('A member or subsystem of ours: instance/class/code[/subsystem], each part percent-encoded.')),
    certificates: v.pipe(v.optional(v.array(path(folder)), []), v.description('TLS certificates that speak for it alone. It may also ask through a security server of listeners.domestic, which says in X-Road-Client who asks.')),
  });
  return v.pipe(
    record({
      authorities: v.pipe(v.array(authority), v.minLength(1, 'name at least one authority')),
      lookUpsPerMinute: v.pipe(v.optional(count(1, 1_000_000), 600), v.description('Of all authorities together; each is an entry of the local log.')),
    }),
    v.description("The citizen's view, on the domestic listener. Without this group there is none."),
  );
}
