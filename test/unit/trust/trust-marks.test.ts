/** A trust mark from its issuer to the gateway that demands it: named by our anchor, given by the peer's, shown by the peer. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { anchorMark, anchorMarkIssuers } from '../../../src/trust/anchor-work.ts';
import { FederationTrust } from '../../../src/trust/federation-trust.ts';
import type { TrustEvent } from '../../../src/trust/federation-trust.ts';
import { shownMark } from '../../../src/trust/trust-marks.ts';
import { ENTITY, ENVIRONMENT, makeAnchors } from '../../support/anchors.ts';
import { refuses } from '../../support/refused.ts';

const START = Date.parse('2026-06-15T12:00:00Z');
const HOUR = 3_600_000;
const TYPE = 'https://marks.example/looked-at';

suite('a trust mark', async () => {
  const anchors = await makeAnchors(START);
  after(() => anchors.remove());
  let now = START;
  const events: TrustEvent[] = [];
  const trust = await FederationTrust.open({ anchor: anchors.pin, places: anchors.places, peers: [{ entity: ENTITY.gateway, country: 'FI', environment: ENVIRONMENT, trustMarks: [TYPE] }], withoutNotices: 4 * HOUR, stateFile: join(anchors.root, 'trust.json'), clock: { now: () => now, monotonic: () => now }, tell: (event) => void events.push(event) });
  const usable = async (): Promise<boolean> => {
    await trust.refresh();
    return trust.status(now)[0]?.usable ?? false;
  };

  test('that the link demands and the peer does not show: nothing of the peer is believed, and the reason is told', async () => {
    assert.equal(await usable(), false);
    const refused = events.find(({ kind }) => kind === 'chain-refused');
    assert.match(refused?.kind === 'chain-refused' ? refused.error.message : '', /has no trust mark https:\/\/marks\.example\/looked-at that holds here: it shows none/);
  });

  test('that its anchor gave is worth nothing until our anchor names the issuer; then the peer is believed as long as the mark lasts', async () => {
    const file = join(anchors.root, 'mark.jwt');
    writeFileSync(file, await anchorMark({ folder: anchors.fi, entity: ENTITY.gateway, type: TYPE, days: 1 / 12 }, now));
    assert.equal(shownMark(file).trust_mark_type, TYPE);
    await anchors.gateway.publish((now += 1000), {}, { trust_marks: [shownMark(file)] });
    assert.equal(await usable(), false);
    await anchorMarkIssuers({ folder: anchors.ee, type: TYPE, issuers: [ENTITY.fi] }, undefined, (now += 1000));
    assert.equal(await usable(), true);
    assert.equal(trust.status(now)[0]?.expires, START + 2 * HOUR);
  });

  test('that the configuration of a rehearsal does not show: the rehearsal is refused as the real one would be, and nothing is taken', async () => {
    const marks = [shownMark(join(anchors.root, 'mark.jwt'))];
    const keys = [{ role: 'statement', kid: anchors.gateway.statement.jwk.kid }] as const;
    const configured = async (more: object): Promise<string> => {
      await anchors.gateway.publish((now += 1000), {}, more);
      return readFileSync(anchors.gateway.file, 'utf8');
    };
    await refuses(trust.rehearse(ENTITY.gateway, { configuration: await configured({}), keys }, now), 'chain-untrusted');
    assert.deepEqual(await trust.rehearse(ENTITY.gateway, { configuration: await configured({ trust_marks: marks }), keys }, now), [true]);
    assert.equal(await usable(), true);
  });

  test('is for an entity that its issuer states alone', () => refuses(anchorMark({ folder: anchors.fi, entity: 'https://gateway.other.fi.example', type: TYPE, days: 1 }, now), 'config-invalid'));
  test('in a file is read, or named as none', () => {
    const file = join(anchors.root, 'none.jwt');
    writeFileSync(file, 'x');
    return refuses(() => shownMark(file), 'config-invalid');
  });
});
