/** A person of Estonia's population register as RR456 answers: the elements of its WSDL, in its order, empty where nothing is known. */
import persons from './persons.json' with { type: 'json' };
import type { XmlElement } from '../../../stages.ts';
import { element } from '../../../xml/element.ts';

interface Address {
  readonly maakonnaKood: string;
  readonly maakond: string;
  readonly vallaKood: string;
  readonly vald: string;
  readonly rida: string;
  readonly postiindeks: string;
}

/** One row of ee-persons.json. */
export interface Person {
  readonly isikukood: string;
  readonly eesnimi: string;
  readonly perenimi: string;
  readonly muudEesnimed?: readonly string[];
  readonly muudPerenimed?: readonly string[];
  /** M or N. */
  readonly sugu: string;
  /** dd.mm.yyyy, as every date of this register. */
  readonly synniaeg: string;
  readonly surmaaeg?: string;
  /** E alive, S dead. */
  readonly staatus: string;
  readonly synniriik: { readonly kood: string; readonly nimi: string };
  readonly kodakondsus: string;
  readonly valisriigiIsikukoodid?: readonly { readonly riik: string; readonly kood: string }[];
  readonly lahkusEestist?: string;
  /** null for a person who has left the country. */
  readonly aadress: Address | null;
}

const BY_CODE: ReadonlyMap<string, Person> = new Map((persons as readonly Person[]).map((person) => [person.isikukood, person]));

export function findPerson(isikukood: string): Person | undefined {
  return BY_CODE.get(isikukood);
}

/** The register's own time-stamps have no meaning for others; every record of ours was last touched at the same time. */
const TOUCHED = '08.05.2024 11:46:24';
const PLACE_LEVELS = ['Kyla', 'Vaikekoha', 'Tanava', 'Nimi'];

export function personElement(person: Person): XmlElement {
  const { aadress } = person;
  return element('', 'Isik', [
    ...fields([
      ['Isikukood', person.isikukood],
      ['Eesnimi', person.eesnimi],
      ['Perenimi', person.perenimi],
    ]),
    element('', 'Isik.MuudEesnimed', (person.muudEesnimed ?? []).map((name) => element('', 'Isik.MuudEesnimed.Meesnm', [name]))),
    element('', 'Isik.MuudPerenimed', (person.muudPerenimed ?? []).map((name) => element('', 'Isik.MuudPerenimed.Mperenm', [name]))),
    ...fields([
      ['Sugu', person.sugu],
      ['IsikuStaatus', person.staatus],
      ['IsikuStaatuseMuutumine', TOUCHED],
      ['KirjeStaatus', 'K'],
      ['Synniaeg', person.synniaeg],
      ['Surmaaeg', person.surmaaeg],
      ['SynniRiigiKd', person.synniriik.kood],
      ['SynniRiigiNm', person.synniriik.nimi],
      ['IsikKoda', person.kodakondsus],
    ]),
    element('', 'Isik.ValisriigiIsikukoodid', (person.valisriigiIsikukoodid ?? []).map(foreignCode)),
    ...fields([
      ['SaabEestisse', ''],
      ['LahkusEestist', person.lahkusEestist],
      ['SaabKOVi', aadress === null ? '' : person.synniaeg],
      ['Elamisluba', ''],
      ['ElamisloaTahtaeg', ''],
      ['ViimatiPar', TOUCHED],
    ]),
    ...addressFields(aadress),
    ...blank(levels('Side', ['Riigi', 'Maakonna', 'Valla', ...PLACE_LEVELS])),
    ...blank(['SideMajanr', 'SideKorternr', 'SideAadress', 'SidePostiindeks']),
    ...fields([
      ['SideADS_ADR_ID', '0'],
      ['SideADS_OID', ''],
      ['SideADS_KOODAADRESS', ''],
      ['SideADS_ADOB_ID', '0'],
    ]),
    element('', 'Isik.Kontaktid'),
  ]);
}

function addressFields(address: Address | null): XmlElement[] {
  const known = address !== null;
  return [
    ...fields([
      ['RiigiKd', known ? '233' : ''],
      ['RiigiNm', known ? 'Eesti' : ''],
      ['MaakonnaKd', address?.maakonnaKood],
      ['MaakonnaNm', address?.maakond],
      ['VallaKd', address?.vallaKood],
      ['VallaNm', address?.vald],
    ]),
    ...blank([...levels('', PLACE_LEVELS), 'Majanr', 'Korternr']),
    ...fields([
      ['Aadress', known ? `${address.maakond}, ${address.vald}, ${address.rida}` : ''],
      ['Postiindeks', address?.postiindeks],
      ['ADS_ADR_ID', '0'],
      ['ADS_OID', ''],
      ['ADS_KOODAADRESS', ''],
      ['ADS_ADOB_ID', '0'],
      ['ElukohtLoodi', known ? TOUCHED : ''],
      ['ElukohtMuudeti', known ? TOUCHED : ''],
    ]),
  ];
}

function foreignCode({ riik, kood }: { readonly riik: string; readonly kood: string }): XmlElement {
  return element('', 'Isik.ValisriigiIsikukood', [element('', 'Isik.ValisriigiIsikukood.VrRiik', [riik]), element('', 'Isik.ValisriigiIsikukood.VrIK', [kood])]);
}

/** Code and name of each level of an address. */
function levels(prefix: string, names: readonly string[]): string[] {
  return names.flatMap((name) => [`${prefix}${name}Kd`, `${prefix}${name}Nm`]);
}

function blank(names: readonly string[]): XmlElement[] {
  return fields(names.map((name) => [name, '']));
}

function fields(values: readonly (readonly [name: string, value: string | undefined])[]): XmlElement[] {
  return values.map(([name, value]) => element('', `Isik.${name}`, value === undefined || value === '' ? [] : [value]));
}
