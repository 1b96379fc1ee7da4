import { FlattenedSign } from 'jose';
import { portal, question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

const bent = async (change: (header: Record<string, unknown>) => Record<string, unknown>) => {
  const [first = ''] = ((await signJws(question())).headers['x-jws-signature'] ?? '').split('.');
  const header = change(JSON.parse(Buffer.from(first, 'base64url').toString()) as Record<string, unknown>);
  const { protected: head, signature } = await new FlattenedSign(Buffer.from('x')).setProtectedHeader(header).sign(portal.own.key, { crit: { sigD: true, vendor: true, exp: true } });
  return withHeaders(question(), { 'x-jws-signature': `${head}..${signature}` });
};

refusesRequest('a critical parameter that is not known', 'jws-detached', { code: 'signature-weak', forge: () => bent((header) => ({ ...header, vendor: 1, crit: ['b64', 'sigD', 'vendor'] })) });
refusesRequest('sigD that is not critical', 'jws-detached', { code: 'signature-weak', forge: () => bent((header) => ({ ...header, crit: ['b64'] })) });
