/** Sessions with a PKCS#11 token, in the process that holds the vendor's library. Whatever fails is thrown: the process ends, and another begins anew. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Constants, Cryptoki, Handle, Template } from './cryptoki.d.ts';
import type { TokenCurve, TokenSettings, TokenWork } from './messages.ts';

/** Where the optional package is installed and compiled. */
const PACKAGE = join(import.meta.dirname, '../../../hsm/package.json');
/** CKM_EDDSA and CKM_EC_EDWARDS_KEY_PAIR_GEN (PKCS#11 3.0), which the package has no name for. */
const CKM_EDDSA = 0x1057;
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
/** CKA_EC_PARAMS: OBJECT IDENTIFIER prime256v1 and id-Ed25519. */
const CURVES: Readonly<Record<TokenCurve, Buffer>> = { 'P-256': Buffer.from('06082a8648ce3d030107', 'hex'), Ed25519: Buffer.from('06032b6570', 'hex') };
const SIGNATURE_BYTES = 64;

export class TokenSession {
  readonly #pkcs11: Cryptoki;
  readonly #is: Constants;
  readonly #idle: Handle[];
  readonly #waiting: ((session: Handle) => void)[] = [];

  constructor({ module, token, pin, sessions }: TokenSettings) {
    const binding = createRequire(PACKAGE)('pkcs11js') as Constants & { readonly PKCS11: new () => Cryptoki };
    this.#is = binding;
    this.#pkcs11 = new binding.PKCS11();
    this.#pkcs11.load(module);
    // Sessions work on threads of their own.
    this.#pkcs11.C_Initialize({ flags: binding.CKF_OS_LOCKING_OK });
    const slot = this.#pkcs11.C_GetSlotList(true).find((one) => this.#pkcs11.C_GetTokenInfo(one).label.trim() === token);
    if (slot === undefined) throw new Error(`no token "${token}" is present`);
    this.#idle = Array.from({ length: sessions }, () => this.#pkcs11.C_OpenSession(slot, binding.CKF_SERIAL_SESSION | binding.CKF_RW_SESSION));
    // A login is of all sessions.
    this.#pkcs11.C_Login(this.#idle[0]!, binding.CKU_USER, readFileSync(pin, 'utf8').replace(/\r?\n$/, ''));
  }

  /** Undefined where there is no key of that label. */
  async run(work: TokenWork): Promise<Buffer | undefined> {
    const session = this.#idle.pop() ?? (await new Promise<Handle>((resolve) => this.#waiting.push(resolve)));
    try {
      return await this.#runIn(session, work);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next(session);
    }
  }

  async #runIn(session: Handle, work: TokenWork): Promise<Buffer | undefined> {
    if (work.work === 'ping') return this.#pkcs11.C_GetSessionInfo(session) && Buffer.of(1);
    if (work.work === 'generate') return this.#generate(session, work.label, work.curve);
    if (work.work === 'replace') return this.#replace(session, work.from, work.label);
    if (work.work === 'public') return this.#point(session, work.label);
    const key = this.#find(session, this.#is.CKO_PRIVATE_KEY, work.label);
    if (key === undefined) return undefined;
    if (work.work === 'agree') return this.#agree(session, key, Buffer.from(work.point, 'base64'));
    const [mechanism, data] = work.work === 'sign' ? [this.#is.CKM_ECDSA, work.digest] : [CKM_EDDSA, work.text];
    this.#pkcs11.C_SignInit(session, { mechanism }, key);
    return this.#pkcs11.C_SignAsync(session, Buffer.from(data, 'base64'), Buffer.alloc(SIGNATURE_BYTES));
  }

  /** The shared x coordinate; the object that held it is gone afterwards. */
  async #agree(session: Handle, key: Handle, point: Buffer): Promise<Buffer> {
    const is = this.#is;
    const mechanism = { mechanism: is.CKM_ECDH1_DERIVE, parameter: { type: is.CK_PARAMS_EC_DH, kdf: is.CKD_NULL, publicData: point } };
    const template = [{ type: is.CKA_CLASS, value: is.CKO_SECRET_KEY }, { type: is.CKA_KEY_TYPE, value: is.CKK_GENERIC_SECRET }, { type: is.CKA_TOKEN, value: false }, { type: is.CKA_SENSITIVE, value: false }, { type: is.CKA_EXTRACTABLE, value: true }, { type: is.CKA_VALUE_LEN, value: 32 }];
    const secret = await this.#pkcs11.C_DeriveKeyAsync(session, mechanism, key, template);
    const [value] = this.#pkcs11.C_GetAttributeValue(session, secret, [{ type: is.CKA_VALUE }]);
    this.#pkcs11.C_DestroyObject(session, secret);
    return value!.value;
  }

  /** DER of the key's point; of an Ed25519 key its 32 bytes, which some tokens give as they are. */
  #point(session: Handle, label: string): Buffer | undefined {
    const key = this.#find(session, this.#is.CKO_PUBLIC_KEY, label);
    return key === undefined ? undefined : this.#pkcs11.C_GetAttributeValue(session, key, [{ type: this.#is.CKA_EC_POINT }])[0]?.value;
  }

  /** A pair that never leaves the token. */
  #generate(session: Handle, label: string, curve: TokenCurve): Buffer {
    const is = this.#is;
    const common = [{ type: is.CKA_TOKEN, value: true }, { type: is.CKA_LABEL, value: label }];
    const secret = [{ type: is.CKA_PRIVATE, value: true }, { type: is.CKA_SENSITIVE, value: true }, { type: is.CKA_EXTRACTABLE, value: false }, { type: is.CKA_SIGN, value: true }, ...(curve === 'P-256' ? [{ type: is.CKA_DERIVE, value: true }] : [])];
    this.#pkcs11.C_GenerateKeyPair(session, { mechanism: curve === 'P-256' ? is.CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN }, [...common, { type: is.CKA_EC_PARAMS, value: CURVES[curve] }, { type: is.CKA_VERIFY, value: true }], [...common, ...secret]);
    return Buffer.of(1);
  }

  /** Destroys the pair `label` and gives its name to the pair `from`; where that has happened already, nothing. */
  #replace(session: Handle, from: string, label: string): Buffer {
    for (const kind of [this.#is.CKO_PUBLIC_KEY, this.#is.CKO_PRIVATE_KEY]) {
      const next = this.#find(session, kind, from);
      if (next === undefined) continue;
      const old = this.#find(session, kind, label);
      if (old !== undefined) this.#pkcs11.C_DestroyObject(session, old);
      this.#pkcs11.C_SetAttributeValue(session, next, [{ type: this.#is.CKA_LABEL, value: label }]);
    }
    return Buffer.of(1);
  }

  #find(session: Handle, kind: number, label: string): Handle | undefined {
    const template: Template = [{ type: this.#is.CKA_CLASS, value: kind }, { type: this.#is.CKA_LABEL, value: label }];
    this.#pkcs11.C_FindObjectsInit(session, template);
    const found = this.#pkcs11.C_FindObjects(session, 2);
    this.#pkcs11.C_FindObjectsFinal(session);
    if (found.length > 1) throw new Error(`the token has more than one key "${label}"`);
    return found[0];
  }
}
