/** Numbers. The neutral form of a decimal is a text with a fixed number of digits, so that no reader rounds it. */
import type { JsonValue } from '../../stages.ts';
import { expectArgs, textCodec, Unfit, type CodecFactory } from './codec.ts';

/** XML Schema decimal: `+1850.5`, `.5`, `7.`; not `1e3`. */
const DECIMAL = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?$/;

/** `decimal(2)`: an XML Schema decimal becomes a text with exactly n digits after the point. Further digits than n must be zero. */
export const decimal: CodecFactory = (args) => {
  const digits = digitsOf(args, 'decimal(2)');
  // Most amounts are written as they cross.
  const asIs = new RegExp(`^(?:0|-?[1-9]\\d*)${digits === 0 ? '' : `\\.\\d{${digits}}`}$`);
  const fixed = (text: string): string => {
    if (asIs.test(text)) return text;
    const groups = DECIMAL.exec(text)?.groups;
    const { sign = '', whole = '', fraction = '' } = groups ?? {};
    if (groups === undefined || whole + fraction === '') throw new Unfit('a decimal number is expected');
    if (/[^0]/.test(fraction.slice(digits))) throw new Unfit(`at most ${digits} digits after the point are expected`);
    const value = `${whole.replace(/^0+(?=\d)/, '') || '0'}${digits === 0 ? '' : `.${fraction.slice(0, digits).padEnd(digits, '0')}`}`;
    return sign === '-' && /[1-9]/.test(value) ? `-${value}` : value;
  };
  return textCodec(fixed, fixed);
};

/** `minor(2)`: a JSON whole number of minor units (cents) becomes a text with n digits after the point. Domain: safe integers. */
export const minor: CodecFactory = (args) => {
  const digits = digitsOf(args, 'minor(2)');
  const pattern = new RegExp(`^(-?)(\\d+)${digits === 0 ? '' : `\\.(\\d{${digits}})`}$`);
  return {
    toNeutral: (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Unfit('a whole number is expected');
      const text = String(Math.abs(value)).padStart(digits + 1, '0');
      return `${value < 0 ? '-' : ''}${text.slice(0, text.length - digits)}${digits === 0 ? '' : `.${text.slice(-digits)}`}`;
    },
    toDomestic: (value) => {
      const match = typeof value === 'string' ? pattern.exec(value) : null;
      const units = match === null ? Number.NaN : Number(`${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}`);
      if (!Number.isSafeInteger(units)) throw new Unfit(`a decimal number with ${digits} digits after the point is expected`);
      return units === 0 ? 0 : units;
    },
  };
};

/** A domestic text of digits becomes a JSON number; a JSON number stays one. Domain: safe integers, without leading zeros. */
export const integer: CodecFactory = (args) => {
  expectArgs(args, 0, 'integer');
  return {
    toNeutral: (value) => safe(typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
    toDomestic: (value) => String(safe(value)),
  };
};

/** `number`: a JSON whole number, not negative, that is a number by name only (a registration number, a post code) becomes its digits. Domain: safe integers. */
export const number: CodecFactory = (args) => {
  expectArgs(args, 0, 'number');
  return {
    toNeutral: (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Unfit('a whole number is expected');
      return String(value);
    },
    toDomestic: (value) => {
      if (typeof value !== 'string' || !/^(?:0|[1-9]\d*)$/.test(value) || !Number.isSafeInteger(Number(value))) throw new Unfit('digits without leading zeros are expected');
      return Number(value);
    },
  };
};

function safe(value: JsonValue): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Unfit('a whole number is expected');
  return value === 0 ? 0 : value;
}

function digitsOf(args: readonly string[], usage: string): number {
  expectArgs(args, 1, usage);
  const digits = Number(args[0]);
  if (!Number.isInteger(digits) || digits < 0 || digits > 6) throw new SyntaxError(`usage: ${usage}`);
  return digits;
}
