// What a phone keeps for one shift without network: values sealed with AES-256-GCM in IndexedDB, under a key that no script can read out.
// One account at a time. The key goes at sign-out, at the shift's end and when the hub says so, and with it all it sealed.
// What a value is (kind, id, account) is bound to it as associated data: a row put in another's place does not open.

export interface Shift {
  account: string;
  device: string;      // names this vault to the hub; a new vault is another device
  opened_at: number;   // ms since 1970
  ends_at: number;     // ms since 1970; afterwards only actions not sent yet are kept
  next_sequence: number;
}

interface ShiftRow extends Shift {
  name: 'shift';
  key: CryptoKey;
}

interface SealedRow {
  kind: string;
  id: string;
  iv: Uint8Array;
  body: ArrayBuffer;
}

// What is written together with something else, both or neither.
export interface Along {
  kind: string;
  id: string;
  value: unknown;
}

export interface VaultOptions {
  name?: string;
  factory?: IDBFactory;
  now?: () => number;
}

// Kinds that outlive the shift until they have reached the hub: what the worker did, and the photos it names.
export const kept_after_shift: readonly string[] = ['action', 'photo', 'uploaded'];
// How long after the shift's end unsent actions wait for a network before they are lost with the key.
export const grace_ms = 24 * 3600_000;

const iv_bytes = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

// Signing out anywhere in this browser ends the shift that stands in it, whosever page did it.
export async function endShift(options: VaultOptions = {}): Promise<void> {
  const vault = await Vault.at(options);
  try {
    await vault.end();
  } finally {
    vault.close();
  }
}

export class Vault {
  private constructor(private readonly base: IDBDatabase, private readonly now: () => number) {}

  static async at(options: VaultOptions = {}): Promise<Vault> {
    const opening = (options.factory ?? indexedDB).open(options.name ?? 'jingwei-pocket', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('shift', { keyPath: 'name' });
      opening.result.createObjectStore('sealed', { keyPath: ['kind', 'id'] });
    };
    return new Vault(await settled(opening), options.now ?? Date.now);
  }

  close(): void {
    this.base.close();
  }

  private async row(): Promise<ShiftRow | undefined> {
    return rowIn(this.base.transaction('shift'));
  }

  // What a shift stands or falls with is read and written in one piece, and is on the disk before it counts as done.
  private changing(): IDBTransaction {
    return this.base.transaction(['shift', 'sealed'], 'readwrite', { durability: 'strict' });
  }

  // The shift that stands here, whosever it is.
  async shift(): Promise<Shift | null> {
    const row = await this.row();
    return row === undefined ? null : shiftOf(row);
  }

  // Opens a shift for the account: its own goes on (with a later end), another's is wiped first.
  async open(account: string, ends_at: number): Promise<Shift> {
    await this.tidy();
    // Made before the transaction, which does not wait for it.
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const transaction = this.changing();
    const standing = await rowIn(transaction);
    const own = standing !== undefined && standing.account === account;
    const row: ShiftRow = own
      ? { ...standing, ends_at: Math.max(standing.ends_at, ends_at) }
      : { name: 'shift', key, account, device: randomName(), opened_at: this.now(), ends_at, next_sequence: 1 };
    if (!own) clear(transaction);
    transaction.objectStore('shift').put(row);
    await committed(transaction);
    return shiftOf(row);
  }

  // How many actions of another account wait here for the hub: opening a shift for this one loses them.
  async unsentOfAnother(account: string): Promise<number> {
    await this.tidy();
    const row = await this.row();
    return row === undefined || row.account === account ? 0 : (await this.ids('action')).length;
  }

  // Ends the shift now: what the hub does not have yet waits for the same account, the rest goes.
  async end(): Promise<void> {
    const transaction = this.changing();
    const row = await rowIn(transaction);
    if (row !== undefined) transaction.objectStore('shift').put({ ...row, ends_at: Math.min(row.ends_at, this.now()) });
    await committed(transaction);
    await this.tidy();
  }

  // What time takes: past the shift's end all but unsent actions; a day later, or when there are none, the key too. True when something went.
  async tidy(): Promise<boolean> {
    const transaction = this.changing();
    const row = await rowIn(transaction);
    if (row === undefined || this.now() < row.ends_at) return false;
    const store = transaction.objectStore('sealed');
    const keys = (await settled(store.getAllKeys())) as [string, string][];
    const lost = this.now() >= row.ends_at + grace_ms || !keys.some(([kind]) => kind === 'action');
    const gone = keys.filter(([kind]) => !kept_after_shift.includes(kind));
    if (lost) clear(transaction);
    else for (const key of gone) store.delete(key);
    await committed(transaction);
    return lost || gone.length > 0;
  }

  // Key and all: what was sealed can be opened by nobody any more.
  async wipe(): Promise<void> {
    const transaction = this.changing();
    clear(transaction);
    await committed(transaction);
  }

  private bound(row: ShiftRow, kind: string, id: string): Uint8Array {
    return encoder.encode(JSON.stringify([row.account, row.device, kind, id]));
  }

  private async seal(row: ShiftRow, kind: string, id: string, plain: Uint8Array): Promise<SealedRow> {
    const iv = crypto.getRandomValues(new Uint8Array(iv_bytes));
    const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: this.bound(row, kind, id) }, row.key, plain);
    return { kind, id, iv, body };
  }

  private async unseal(row: ShiftRow, sealed: SealedRow): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv, additionalData: this.bound(row, sealed.kind, sealed.id) }, row.key, sealed.body));
  }

  private async standing(): Promise<ShiftRow> {
    const row = await this.row();
    if (row === undefined) throw new Error('no shift is open');
    return row;
  }

  async putBytes(kind: string, id: string, plain: Uint8Array): Promise<void> {
    const row = await this.standing();
    await this.write(await this.seal(row, kind, id, plain), row.device);
  }

  put(kind: string, id: string, value: unknown): Promise<void> {
    return this.putBytes(kind, id, encoder.encode(JSON.stringify(value)));
  }

  // Nothing is written under a key that was wiped meanwhile.
  private async write(sealed: SealedRow, device: string): Promise<void> {
    const transaction = this.changing();
    const still = await rowIn(transaction);
    if (still?.device !== device) {
      transaction.abort();
      throw new Error('the shift was wiped');
    }
    transaction.objectStore('sealed').put(sealed);
    await committed(transaction);
  }

  async getBytes(kind: string, id: string): Promise<Uint8Array | null> {
    const row = await this.row();
    if (row === undefined) return null;
    const sealed = (await settled(this.base.transaction('sealed').objectStore('sealed').get([kind, id]))) as SealedRow | undefined;
    return sealed === undefined ? null : this.unseal(row, sealed);
  }

  async get<Value>(kind: string, id: string): Promise<Value | null> {
    const plain = await this.getBytes(kind, id);
    return plain === null ? null : (JSON.parse(decoder.decode(plain)) as Value);
  }

  // All values of a kind, by id.
  async all<Value>(kind: string): Promise<Value[]> {
    const row = await this.row();
    if (row === undefined) return [];
    const rows = (await settled(this.base.transaction('sealed').objectStore('sealed').getAll(kindRange(kind)))) as SealedRow[];
    return Promise.all(rows.map(async (sealed) => JSON.parse(decoder.decode(await this.unseal(row, sealed))) as Value));
  }

  async ids(kind: string): Promise<string[]> {
    const keys = (await settled(this.base.transaction('sealed').objectStore('sealed').getAllKeys(kindRange(kind)))) as [string, string][];
    return keys.map(([, id]) => id);
  }

  async remove(kind: string, id: string): Promise<void> {
    const transaction = this.base.transaction('sealed', 'readwrite');
    transaction.objectStore('sealed').delete([kind, id]);
    await committed(transaction);
  }

  // Puts what a list read from the hub now holds in the place of what it held before.
  async replaceAll(kind: string, values: readonly { id: string; value: unknown }[]): Promise<void> {
    const row = await this.standing();
    const sealed = await Promise.all(values.map(({ id, value }) => this.seal(row, kind, id, encoder.encode(JSON.stringify(value)))));
    const transaction = this.changing();
    const still = await rowIn(transaction);
    if (still?.device !== row.device) {
      transaction.abort();
      throw new Error('the shift was wiped');
    }
    const store = transaction.objectStore('sealed');
    store.delete(kindRange(kind));
    for (const one of sealed) store.put(one);
    await committed(transaction);
  }

  // Takes the next sequence and writes the value under it and what goes along, all or nothing: no number is used twice, none is skipped.
  async append(kind: string, make: (sequence: number) => unknown, along: readonly Along[] = []): Promise<number> {
    for (;;) {
      const row = await this.standing();
      const sequence = row.next_sequence;
      const id = sequenceId(sequence);
      const sealed = await Promise.all([{ kind, id, value: make(sequence) }, ...along].map((one) => this.seal(row, one.kind, one.id, encoder.encode(JSON.stringify(one.value)))));
      const transaction = this.changing();
      const still = await rowIn(transaction);
      if (still?.device !== row.device) {
        transaction.abort();
        throw new Error('the shift was wiped');
      }
      if (still.next_sequence !== sequence) {
        transaction.abort();  // another tab was quicker
        continue;
      }
      transaction.objectStore('shift').put({ ...still, next_sequence: sequence + 1 });
      for (const one of sealed) transaction.objectStore('sealed').put(one);
      await committed(transaction);
      return sequence;
    }
  }
}

const rowIn = async (transaction: IDBTransaction): Promise<ShiftRow | undefined> =>
  (await settled(transaction.objectStore('shift').get('shift'))) as ShiftRow | undefined;

function clear(transaction: IDBTransaction): void {
  for (const store of ['shift', 'sealed']) transaction.objectStore(store).clear();
}

const shiftOf = ({ account, device, opened_at, ends_at, next_sequence }: ShiftRow): Shift => ({ account, device, opened_at, ends_at, next_sequence });

const kindRange = (kind: string): IDBKeyRange => IDBKeyRange.bound([kind, ''], [kind, '\uffff']);

// Sorted as text they stand in order.
export const sequenceId = (sequence: number): string => String(sequence).padStart(10, '0');
