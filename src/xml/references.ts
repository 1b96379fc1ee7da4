/** From text as it is written in well-formed XML to the characters that it stands for. Source: XML 1.0, sections 2.11, 3.3.3, 4.1 and 4.6. */

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const REFERENCE = /&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));/g;
const LINE_END = /\r\n?/g;
const WHITE = /[\t\n]/g;

/** Text between markup. */
export function characterData(written: string): string {
  return dereference(sectionText(written));
}

/** The inside of a CDATA section. */
export function sectionText(written: string): string {
  return written.includes('\r') ? written.replace(LINE_END, '\n') : written;
}

/** The inside of the quotes: what is written as white space becomes a space, what is written as a reference stays. */
export function attributeValue(written: string): string {
  return dereference(sectionText(written).replace(WHITE, ' '));
}

/** A reference to any other entity stays as it is written: without a document type no document that has one is well-formed. */
function dereference(written: string): string {
  if (!written.includes('&')) return written;
  return written.replace(REFERENCE, (whole, hexadecimal?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
