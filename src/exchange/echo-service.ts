/** The echo as a service of our country: our security server asks it of us like any provider, and whoever it lets ask gets its token back. */
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Dialect } from '../ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import type { Grant } from '../federation/link.ts';
import { tokenOf } from '../mapping/echo.ts';
import type { ExportedService } from '../mapping/mappings.ts';
import type { Clock } from '../platform/clock.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import { exchangeId } from '../platform/ids.ts';
import type { XmlLimits } from '../platform/limits.ts';
import { PerMinute, endOfMinute } from '../platform/per-minute.ts';
import type { DialectName } from '../stages.ts';
import { inForce } from './mappings/revision.ts';

export interface EchoServiceOptions {
  /** Throws `unknown-service` when the mappings have it no more. */
  exported(): ExportedService;
  dialect(name: DialectName): Dialect;
  policy(form: Grant['proof'], connection: string): ProofPolicy;
  readonly country: string;
  readonly perMinute: number;
  readonly xml: XmlLimits;
  readonly clock: Clock;
}

export class EchoService {
  readonly #options: EchoServiceOptions;
  readonly #taken = new PerMinute();

  constructor(options: EchoServiceOptions) {
    this.#options = options;
  }

  /** In the dialect of the service; a refusal is an answer too. `http`: throws what reading it throws. `connection`: subject of the pinned certificate. Throws `unknown-service`. */
  async answer(http: () => Promise<{ readonly message: HttpMessage; readonly connection: string }>, accept: { readonly accept?: string }): Promise<HttpReply> {
    const { country, clock } = this.#options;
    const service = this.#options.exported();
    const dialect = this.#options.dialect(service.home.dialect);
    try {
      const { message, connection } = await http();
      this.#take();
      return await this.#echo(message, connection, service, dialect);
    } catch (thrown) {
      return dialect.renderFault(asCausewayError(thrown), { exchange: exchangeId(clock.now()), country, ...accept });
    }
  }

  async #echo(http: HttpMessage, connection: string, service: ExportedService, dialect: Dialect): Promise<HttpReply> {
    const { policy: policyOf, clock, xml } = this.#options;
    const now = clock.now();
    // Its security server's word is what an echo is proven by, whatever else the platform knows.
    const policy = policyOf('security-server', connection);
    const translation = inForce(service.revisions, now);
    const verified = await dialect.verifyRequest(dialect.parseRequest(http, [service.home], xml), policy, now, xml);
    const token = tokenOf(translation.requestToNeutral(verified).fields.document);
    if (token === undefined) throw new CausewayError('internal', 'an echo without a token was translated');
    return dialect.renderResponse(translation.echoToDomestic(token, verified), verified.message, policy, now);
  }

  /** Throws `quota-exceeded` with the time from which the next minute counts. */
  #take(): void {
    const { perMinute, clock } = this.#options;
    const now = clock.now();
    if (this.#taken.take('', now) > perMinute) throw new CausewayError('quota-exceeded', `more than ${perMinute} echoes a minute`, { facts: { until: endOfMinute(now) } });
  }
}
