/** A signing authority with its OCSP responder as functions, and what a gateway asks it. */
import { X509Certificate } from 'node:crypto';
import { certificatePath } from '../../src/crypto/certificate-path.ts';
import type { CertificatePath } from '../../src/crypto/certificate-path.ts';
import { answerOcsp } from '../../src/crypto/ocsp-answer.ts';
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import { createAuthority, issue, memberSubject } from '../../src/crypto/pki.ts';
import type { Identity } from '../../src/crypto/pki.ts';
import { CausewayError } from '../../src/errors.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { Revocation } from '../../src/trust/revocation.ts';
import type { RevocationOptions } from '../../src/trust/revocation.ts';

const DAY = 86_400_000;
export const START = Date.UTC(2026, 10, 29, 12, 0, 0);
const VALIDITY = { notBefore: START - DAY, notAfter: START + 365 * DAY };

export const newAuthority = (name: string): Identity => createAuthority({ subject: [['CN', name]], algorithm: 'P-256', ...VALIDITY });
const der = ({ certificate }: Identity) => new X509Certificate(certificate).raw;

/** `answering` alters what the responder says, `down` takes it away. */
export class Responder {
  readonly authority = newAuthority('Signing CA');
  readonly member = issue(this.authority, { use: 'signing', subject: memberSubject({ instance: 'EE', memberClass: 'GOV', memberCode: '70000349' }, { country: 'EE', name: 'Amet', serverCode: 'ss1' }), algorithm: 'P-256', ...VALIDITY });
  readonly path: CertificatePath = certificatePath({ authorities: [der(this.authority)] }, der(this.member), START);
  readonly reports: (string | undefined)[] = [];
  answering: Partial<OcspAnswering> = {};
  down = false;
  asked = 0;
  now = START;

  readonly clock: Clock = { now: () => this.now, monotonic: () => this.now };

  revocation(options: Partial<RevocationOptions> = {}): Revocation {
    return new Revocation({
      policy: 'required',
      maxAge: 3_600_000,
      clock: this.clock,
      sources: [{ authority: der(this.authority), ocsp: { url: 'http://ocsp.invalid', responders: [] } }],
      get: () => Promise.reject(new CausewayError('service-unreachable', 'no list here')),
      post: async () => {
        this.asked += 1;
        if (this.down) throw new CausewayError('service-unreachable', 'the responder is down');
        return { status: 200, contentType: 'application/ocsp-response', body: answerOcsp({ certificate: der(this.member), authority: this.authority, status: 'good', now: this.now, ...this.answering }) };
      },
      report: (loss) => void this.reports.push(loss?.why),
      ...options,
    });
  }
}
