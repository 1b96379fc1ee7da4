/** Codecs of texts, lists and booleans. */
import { asText, expectArgs, textCodec, Unfit, type Codec, type CodecFactory } from './codec.ts';

const identity = (text: string): string => text;

/** Removes white space at both ends. Domain: texts without it. */
export const trim: CodecFactory = (args) => {
  expectArgs(args, 0, 'trim');
  return textCodec((text) => text.trim(), (text) => text.trim());
};

/** White space of any length becomes one space (XML Schema, whiteSpace=collapse). Domain: collapsed texts. */
export const collapse: CodecFactory = (args) => {
  expectArgs(args, 0, 'collapse');
  const collapsed = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
  return textCodec(collapsed, collapsed);
};

/** The domestic form holds at most n characters; a longer neutral text is cut and reported. Domain: texts of at most n characters. */
export const cut: CodecFactory = (args) => {
  expectArgs(args, 1, 'cut(100)');
  const length = Number(args[0]);
  if (!Number.isInteger(length) || length < 1) throw new SyntaxError('usage: cut(100)');
  return textCodec(identity, (text, note) => {
    const characters = [...text];
    if (characters.length <= length) return text;
    note.approximate();
    return characters.slice(0, length).join('');
  });
};

/** Neutral texts begin with a prefix that the domestic form leaves out: `prefixed("FI:")`. */
export const prefixed: CodecFactory = (args) => {
  expectArgs(args, 1, 'prefixed("FI:")');
  const prefix = args[0] ?? '';
  return textCodec(
    (text) => prefix + text,
    (text) => {
      if (!text.startsWith(prefix)) throw new Unfit(`a value that begins with ${prefix} is expected`);
      return text.slice(prefix.length);
    },
  );
};

/** A domestic mark that stands for the mere presence of a neutral field: `present(1)`. To domestic only. */
export const present: CodecFactory = (args) => {
  expectArgs(args, 1, 'present(1)');
  const mark = args[0] ?? '';
  return { toNeutral: () => mark, toDomestic: () => mark, only: 'to-domestic' };
};

/** The domestic texts for true and false: `boolean(JAH, EI)`. */
export const boolean: CodecFactory = (args) => {
  expectArgs(args, 2, 'boolean(JAH, EI)');
  const [yes = '', no = ''] = args;
  if (yes === no) throw new SyntaxError('boolean needs two different texts');
  return {
    toNeutral: (value) => {
      if (value === yes) return true;
      if (value === no) return false;
      throw new Unfit(`${yes} or ${no} is expected`);
    },
    toDomestic: (value) => {
      if (typeof value !== 'boolean') throw new Unfit('true or false is expected');
      return value ? yes : no;
    },
  };
};

/** Several domestic fields are one neutral text: `domestic: [country, id]`, `as: joined(":")`. Only the last part may hold the separator. */
export const joined: CodecFactory = (args) => {
  expectArgs(args, 1, 'joined(":")');
  const separator = args[0] ?? '';
  if (separator === '') throw new SyntaxError('joined needs a separator');
  return {
    toNeutral: (value) => {
      if (!Array.isArray(value)) throw new Unfit('several fields are expected');
      const parts = value.map(asText);
      if (parts.slice(0, -1).some((part) => part.includes(separator))) throw new Unfit(`a value without ${separator} is expected`);
      return parts.join(separator);
    },
    toDomestic: (value) => {
      const text = asText(value);
      const at = text.indexOf(separator);
      if (at === -1) throw new Unfit(`a value with ${separator} is expected`);
      return [text.slice(0, at), text.slice(at + separator.length)];
    },
  };
};

/** One domestic text is a neutral list: `list(",")`. Domain: items that are not empty and do not hold the separator. */
export const list: CodecFactory = (args): Codec => {
  expectArgs(args, 1, 'list(",")');
  const separator = args[0] ?? '';
  if (separator === '') throw new SyntaxError('list needs a separator');
  return {
    toNeutral: (value) => asText(value).split(separator).map((item) => item.trim()).filter((item) => item !== ''),
    toDomestic: (value) => {
      if (!Array.isArray(value)) throw new Unfit('a list is expected');
      const items = value.map(asText);
      if (items.some((item) => item.includes(separator) || item.trim() !== item || item === '')) throw new Unfit(`items without ${separator} are expected`);
      return items.join(separator);
    },
  };
};
