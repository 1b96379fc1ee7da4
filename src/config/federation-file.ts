/** The group `federation` of gateway.yaml: trust in peers by our own country's anchor. And the file that pins an anchor. */
import { resolve } from 'node:path';
import * as v from 'valibot';
import type { DeepReadonly } from './freeze.ts';
import { duration, httpsUrl, keyPlace, path, record, text } from './values.ts';

export function federation(folder: string) {
  const place = v.pipe(text(), v.transform((written) => (/^https?:/.test(written) ? written.replace(/\/$/, '') : resolve(folder, written))));
  return v.pipe(
    record({
      anchor: v.pipe(path(folder), v.description("File of our own country's anchor (anchor.json of `causeway anchor init`): the only keys that are believed by themselves.")),
      fingerprint: v.pipe(text(), v.description('Its fingerprint, as the people who keep the anchor say it, not as it came with the file.')),
      entityKey: v.pipe(keyPlace(folder), v.description('P-256 private key (PEM, or pkcs11:object=<label>) that signs our entity configuration and nothing else; our anchor states it.')),
      sources: v.pipe(
        v.array(record({ entity: v.pipe(httpsUrl(), v.description('Entity id of an anchor, ours or that of a peer, or of a peer.')), at: v.pipe(v.array(place), v.minLength(1, 'name at least one place')) })),
        v.minLength(1, 'name at least one source'),
        v.description('Web servers (URL) or folders that hand out what each entity publishes, tried in turn. They are believed nothing: all of it is signed. A peer that is not named here is asked at the URL of its link.'),
      ),
      publish: v.exactOptional(v.pipe(path(folder), v.description("Folder `public` of our anchor: the federation listener hands it out beside our own configuration."))),
      trustMarks: v.pipe(v.optional(v.array(path(folder)), []), v.description('Trust marks that an anchor gave to this gateway (`causeway anchor mark`), shown in its configuration.')),
      noticesEvery: v.pipe(v.optional(duration(), '60s'), v.description('How often the notice lists of the anchors are looked at.')),
      withoutNotices: v.pipe(v.optional(duration(), '4h'), v.description('How long a peer is still believed after the last notice list of an anchor has expired.')),
      configurationLifetime: v.pipe(v.optional(duration(), '24h'), v.description('Of our entity configuration; it is signed anew at half of it.')),
    }),
    v.description("Trust in peers by OpenID Federation, under our own country's anchor. Without this group, by the files of `trust`."),
  );
}

const jwk = record({ kty: v.literal('EC', 'expected EC'), crv: v.literal('P-256', 'expected P-256'), x: text(), y: text(), kid: text() });

/** anchor.json. */
export function anchorSchema() {
  return record({ entity: httpsUrl(), keys: v.pipe(v.array(jwk), v.minLength(1, 'name at least one key')) });
}

export type AnchorFile = DeepReadonly<v.InferOutput<ReturnType<typeof anchorSchema>>>;
