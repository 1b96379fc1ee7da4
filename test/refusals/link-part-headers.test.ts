import { test } from 'node:test';
import { packed } from '../../src/exchange/packing.ts';
import { xroadSoap } from '../../src/ecosystems/xroad-soap/dialect.ts';
import { refuses } from '../support/refused.ts';

// MIME headers of a part come from the peer and go into a message of ours as they are: none may end early and begin content, or parts, of its own.

const dialect = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1 });
const write = (...headers: readonly string[]) => () =>
  packed({ method: 'POST', target: '/', headers: { 'content-type': 'text/xml' }, body: Buffer.from('<a/>'), attachments: headers.map((lines) => ({ headers: Buffer.from(lines), type: 'x/y', content: Buffer.from('x'), sha256: '' })) }, dialect);

test('control: header lines are written as they came', () => void write('Content-ID: <a>\r\nX:  folded\r\n\tline\r\n', '')());

const ATTACKS = { 'an empty line, and content behind it': 'A: b\r\n\r\nforged', 'an empty line alone': '\r\n', 'a boundary': 'A: b\r\n--x\r\n', 'a bare line feed': 'A: b\nC: d\r\n', 'a NUL': 'A: \0\r\n', 'no end of the last line': 'A: b' };
for (const [what, lines] of Object.entries(ATTACKS)) test(`headers with ${what} are refused`, () => refuses(write(lines), 'neutral-invalid'));

test('two parts under one Content-ID are refused', () => refuses(write('Content-ID: <a>\r\n', 'content-id: <a>\r\n'), 'neutral-invalid'));
