/** The echo through both security servers: asked as any agency asks, recorded as any exchange, counted by itself, and where it ends when it does not come back. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { linkCheck } from '../../src/cli/link-check.ts';
import type { LinkStep } from '../../src/cli/link-check.ts';
import type { Identity } from '../../src/crypto/pki.ts';
import { connect } from '../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { SECURITY_SERVER } from '../../src/sandbox/faults.ts';
import { pinOf } from '../../src/sandbox/pki/credentials.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = runningPair();
const WAYS: readonly (readonly [PairCountry, PairCountry])[] = [['EE', 'FI'], ['FI', 'EE']];
const ECHO = { EE: 'EE/GOV/70006317/causeway/echo/v1', FI: 'FI/GOV/0245437-2/causeway/echo' };

async function roundTrip(from: PairCountry, to: PairCountry): Promise<LinkStep> {
  const { steps } = await linkCheck(pair.gateway(from).folder, to, Date.now);
  const step = steps.find((one) => one.step === 'round-trip');
  assert.ok(step, JSON.stringify(steps));
  return step;
}

async function askEcho({ key, certificate }: Identity, body: Uint8Array): Promise<{ readonly status: number; readonly text: string }> {
  const connection = connect({ origin: `https://127.0.0.1:${pair.gateway('EE').ports.domestic}`, tls: { key, cert: certificate, pins: [pinOf(pair.countries.EE.keys.gateway.tls)], minVersion: 'TLSv1.2' }, connections: 1 });
  const reply = await connection.send({ method: 'POST', target: '/echo', headers: { 'content-type': 'text/xml' }, body }, { signal: AbortSignal.timeout(10_000), maxBytes: 65_536 });
  await connection.close();
  return { status: reply.status, text: Buffer.from(reply.body).toString() };
}

const metrics = async (country: PairCountry): Promise<string> => (await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/metrics`)).text();

suite('the echo through both security servers', () => {
  for (const [from, to] of WAYS) {
    test(`${from} to ${to}: it comes back, and both trails hold it as an exchange like any other`, async () => {
      const step = await roundTrip(from, to);
      assert.equal(step.ok, true, JSON.stringify(step));
      assert.match(step.text, new RegExp(`^from our security server to ${ECHO[to]} and back in \\d+ ms$`));
      const xid = pair.lastAsked(from);
      assert.deepEqual([pair.trail(from, xid), pair.trail(to, xid)].map((entries) => entries.map((entry) => entry.replace(/^.*: /, ''))), [['request SubmissionAcceptance', 'response ContentConsignment'], ['request RelayAcceptance', 'response ContentHandover']]);
      assert.deepEqual(pair.facts(to, 'inbound.translated', xid).map(({ home }) => home), [{ client: from === 'EE' ? 'FI/GOV/0245437-2/EE-GOV-70006317-causeway' : 'EE/GOV/70006317/FI-GOV-0245437-2-causeway', service: ECHO[to] }]);
      // Both platforms carried it.
      const { log } = pair.countries[to];
      assert.equal(log.records(ECHO[to]).at(-1)?.outcome, 'answered');
    });
  }

  test('its steps are counted by themselves, on both sides', async () => {
    for (const country of ['EE', 'FI'] as const) {
      const text = await metrics(country);
      assert.match(text, /^causeway_echo_steps_total\{step="outbound.response-recorded",link="ee-fi"\} 1$/m);
      assert.match(text, /^causeway_echo_steps_total\{step="inbound.response-recorded",link="ee-fi"\} 1$/m);
      assert.doesNotMatch(text, /^causeway_(steps_total|step_seconds\w*|refusals_total)\{[^}]*link=/m);
    }
  });

  test('the far security server is down: it ends there, and the remedy is the peer\'s', async (t) => {
    pair.countries.FI.faults.set(SECURITY_SERVER, { kind: 'down' });
    t.after(() => pair.countries.FI.faults.clear(SECURITY_SERVER));
    const step = await roundTrip('EE', 'FI');
    assert.deepEqual([step.ok, /^ends at peer-server: FI refuses: (service-unreachable|outcome-unknown)$/.test(step.text), step.remedy?.startsWith("the peer's: telephone. Its security server")], [false, true, true], JSON.stringify(step));
  });

  test('our own security server is down: it ends there, and the remedy is ours', async (t) => {
    pair.countries.EE.faults.set(SECURITY_SERVER, { kind: 'down' });
    t.after(() => pair.countries.EE.faults.clear(SECURITY_SERVER));
    const step = await roundTrip('EE', 'FI');
    assert.deepEqual([step.ok, step.text.startsWith('ends at our-server: '), step.remedy?.startsWith('ours: ')], [false, true, true], JSON.stringify(step));
  });

  test('the answer of another question is no echo', async (t) => {
    pair.countries.FI.faults.set(SECURITY_SERVER, { kind: 'wrong-id' });
    t.after(() => pair.countries.FI.faults.clear(SECURITY_SERVER));
    const step = await roundTrip('EE', 'FI');
    assert.deepEqual([step.ok, /^ends at peer-gateway: FI refuses: service-answer-invalid$/.test(step.text)], [false, true], JSON.stringify(step));
  });

  test("the peer's gateway is away: it ends on the link", async () => {
    pair.gateway('FI').signal('SIGTERM');
    await pair.gateway('FI').ended;
    const step = await roundTrip('EE', 'FI');
    await pair.restart('FI');
    assert.deepEqual([step.ok, /^ends at link: EE refuses: peer-(unreachable|slow)$/.test(step.text)], [false, true], JSON.stringify(step));
  });

  test('our own gateway is away: our security server says so', async () => {
    pair.gateway('EE').signal('SIGTERM');
    await pair.gateway('EE').ended;
    const step = await roundTrip('EE', 'FI');
    await pair.restart('EE');
    assert.deepEqual([step.ok, step.text.startsWith('ends at our-gateway: ')], [false, true], JSON.stringify(step));
  });

  test('a link whose settings name no echo sends none, and says so', async () => {
    await pair.reconfigure({ link: [[['settings', 'echo'], undefined]] }, ['EE']);
    const step = await roundTrip('EE', 'FI');
    assert.deepEqual([step.ok, step.text.startsWith('not tried')], [true, true]);
  });

  test('whoever is not our security server gets no echo', async () => {
    const { keys } = pair.countries.EE;
    const { status, text } = await askEcho(keys.systems['pank']?.tls ?? assert.fail('no such system'), Buffer.from('<a/>'));
    assert.deepEqual([status, text.includes('server.gateway.connection_untrusted')], [500, true]);
  });

  test('a question of more bytes than a message may have gets none either', async () => {
    const { status, text } = await askEcho(pair.countries.EE.keys.securityServer, Buffer.alloc(DEFAULT_XML_LIMITS.maxBytes + 1, ' '));
    assert.deepEqual([status, text.includes('server.gateway.too_large')], [500, true], text);
  });

  test('more echoes than a minute has are refused by the gateway that is asked', async () => {
    await pair.reconfigure({ gateway: [[['echo', 'perMinute'], 1]] }, ['EE']);
    const outcomes = new Set<string>();
    await eventually('an echo is refused', async () => outcomes.add((await roundTrip('FI', 'EE')).text) && outcomes.has('ends at peer-gateway: its echo answers with a fault: server.gateway.quota_exceeded'));
  });

  test('the monitor asks as often as the settings say, and shows it', { timeout: 240_000 }, async () => {
    await pair.reconfigure({ link: [[['settings', 'echo', 'every'], '30s']] }, ['FI']);
    await pair.reconfigure({ gateway: [[['echo', 'perMinute'], 60]] }, ['EE']);
    await eventually('an echo through both security servers is shown', async () => (await metrics('FI')).includes('causeway_echo_round_trip_ok{link="ee-fi"} 1'), 120_000);
    assert.match(await metrics('FI'), /^causeway_echo_round_trip_seconds\{link="ee-fi"\} [\d.]+$/m);
  });
});
