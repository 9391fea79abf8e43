/** Names within the data folder and within a backup of it. */
export const TABLE_FILE = 'table.sqlite';
/** What names persons, under data keys. */
export const PERSONAL_FILE = 'personal.sqlite';
export const PROOFS_FILE = 'proofs.sqlite';
export const OBJECTS_FOLDER = 'objects';
export const KEYS_FOLDER = 'keys';
/** Parameters of the sealed key store, in its folder. */
export const KEY_STORE_FILE = 'store.json';
/** No backup has the data keys: `akashi backup` copies them into a file that ends. */
export const DATA_KEYS_FOLDER = 'data-keys';
/** The key and the certificate of the TLS door. */
export const DOOR_FOLDER = 'door';
/** The credentials of the demonstration's principals, and the certificates of other principals. No backup has them. */
export const CREDENTIALS_FOLDER = 'credentials';
export const CERTIFICATES_FOLDER = 'certificates';
/** The text of the trust domain in force. */
export const TRUST_DOMAIN_FILE = 'trust-domain.json';
/** There while a restore runs, and after one that was interrupted. */
export const RESTORING_FILE = 'restoring';
/** The door of the running service for its own machine. */
export const CONTROL_SOCKET = 'control.sock';
