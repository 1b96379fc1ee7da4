/** The part of pkcs11js 2.1.7 that is used here: the package itself is optional, compiled where a token is (docs/hsm.md). */
export type Handle = Buffer;
export type Template = readonly { readonly type: number; readonly value?: Buffer | string | number | boolean }[];
export interface Mechanism {
  readonly mechanism: number;
  readonly parameter?: Buffer | object;
}
export interface Cryptoki {
  load(path: string): void;
  C_Initialize(options: { readonly flags: number }): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_GetSessionInfo(session: Handle): { readonly state: number };
  C_Login(session: Handle, userType: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: Template): void;
  C_FindObjects(session: Handle, max: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: Template): { readonly value: Buffer }[];
  C_SetAttributeValue(session: Handle, object: Handle, template: Template): void;
  C_DestroyObject(session: Handle, object: Handle): void;
  C_GenerateKeyPair(session: Handle, mechanism: Mechanism, publicKey: Template, privateKey: Template): { readonly publicKey: Handle; readonly privateKey: Handle };
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, out: Buffer): Promise<Buffer>;
  C_DeriveKeyAsync(session: Handle, mechanism: Mechanism, key: Handle, template: Template): Promise<Handle>;
}
export type Constants = Readonly<Record<'CKA_CLASS' | 'CKA_KEY_TYPE' | 'CKA_LABEL' | 'CKA_TOKEN' | 'CKA_PRIVATE' | 'CKA_SENSITIVE' | 'CKA_EXTRACTABLE' | 'CKA_SIGN' | 'CKA_VERIFY' | 'CKA_DERIVE' | 'CKA_EC_PARAMS' | 'CKA_EC_POINT' | 'CKA_VALUE' | 'CKA_VALUE_LEN' | 'CKO_PUBLIC_KEY' | 'CKO_PRIVATE_KEY' | 'CKO_SECRET_KEY' | 'CKK_EC' | 'CKK_GENERIC_SECRET' | 'CKM_ECDSA' | 'CKM_EC_KEY_PAIR_GEN' | 'CKM_ECDH1_DERIVE' | 'CKF_SERIAL_SESSION' | 'CKF_RW_SESSION' | 'CKF_OS_LOCKING_OK' | 'CKU_USER' | 'CK_PARAMS_EC_DH' | 'CKD_NULL', number>>;
