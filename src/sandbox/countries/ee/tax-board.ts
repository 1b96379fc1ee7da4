/** Estonia's tax board: employment income by person and period, in the form of its X-tee service xteePalgaandmed. */
import incomes from './incomes.json' with { type: 'json' };
import type { XmlElement } from '../../../stages.ts';
import { element } from '../../../xml/element.ts';
import { renderMessage, envelope } from '../../soap/message.ts';
import type { Listener } from '../../wire.ts';
import { startRegister } from '../../registers/register.ts';
import type { RegisterOptions } from '../../registers/register.ts';
import { BadQuestion, field, part, serveOperation } from '../../registers/soap-service.ts';
import type { SoapService } from '../../registers/soap-service.ts';

export const EMTA_NS = 'http://emta-v6.x-road.eu';
const SERVICE = 'EE/GOV/70000349/emta/xteePalgaandmed/v1';

type Income = (typeof incomes)[number];

export function startTaxBoard(options: RegisterOptions): Promise<Listener> {
  const service: SoapService = {
    service: SERVICE,
    operation: 'xteePalgaandmed',
    faults: options.faults,
    answer,
    render: (header, body) => renderMessage(envelope(header, [body]), { [EMTA_NS]: 'emta' }),
  };
  return startRegister(options, SERVICE, (incoming) => serveOperation(incoming, service));
}

function answer(question: XmlElement): XmlElement {
  const asked = part(question, 'keha');
  const [person, from, to] = [field(asked, 'isikukood'), field(asked, 'algkuup'), field(asked, 'loppkuup')];
  const found = paidBetween(incomes.filter((income) => income.isikukood === person), month(from), month(to));
  return element(EMTA_NS, 'xteePalgaandmedResponse', [
    element('', 'paring', [element('', 'isikukood', [person]), element('', 'algkuup', [from]), element('', 'loppkuup', [to])]),
    element('', 'keha', found.length === 0 ? [element('', 'kokku', ['Andmeid ei leitud'])] : [element('', 'kokku', [total(found)]), element('', 'perioodJada', found.map(item))]),
  ]);
}

function total(rows: readonly Income[]): string {
  const cents = rows.reduce((sum, income) => sum + Math.round(Number(income.summa) * 100), 0);
  return (cents / 100).toFixed(2);
}

function item(income: Income): XmlElement {
  return element('', 'item', [
    element('', 'periood', [income.periood]),
    element('', 'ariregistri_kood', [income.ariregistri_kood]),
    element('', 'tooandja_nimi', [income.tooandja_nimi]),
    element('', 'summa', [income.summa], { yhik: income.yhik }),
  ]);
}

function paidBetween(rows: readonly Income[], from: number, to: number): Income[] {
  return rows.filter((income) => month(income.periood) >= from && month(income.periood) <= to);
}

/** Months since year 0 of a period `kk.aaaa`. */
function month(period: string): number {
  const match = /^(0[1-9]|1[0-2])\.(\d{4})$/.exec(period);
  if (match === null) throw new BadQuestion('Vigane periood (kk.aaaa)');
  return Number(match[2]) * 12 + Number(match[1]) - 1;
}
