// Small things that reporting, list entry and steps share.
import { shownValue, type FormValues } from '@shared/forms/model';
import { formFields, type Process } from '@shared/cases';
import { randomName } from '@shared/offline/vault';
import type { Me } from '@shared/session';
import { mustKeep } from './shift';

// Pictures into the vault; their ids there.
export async function keepPhotos(photos: readonly Blob[]): Promise<string[]> {
  if (photos.length === 0) return [];
  return mustKeep(async (vault) => {
    const ids: string[] = [];
    for (const photo of photos) {
      const id = randomName();
      await vault.putBytes('photo', id, new Uint8Array(await photo.arrayBuffer()));
      ids.push(id);
    }
    return ids;
  });
}

// The region a person works in: their narrowest grant's.
export function myRegion(me: Me | null): string | null {
  const codes = (me?.grants ?? []).map((grant) => grant.region).filter((code) => code !== '');
  return codes.sort((a, b) => b.length - a.length)[0] ?? null;
}

// A report in one line, as the process's lists show it.
export function summaryOf(process: Process, values: FormValues): string {
  const fields = formFields(process.fields);
  const shown = process.summary.flatMap((name) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? [] : [shownValue(field, values[name], { yes: '', no: '', none: '' })];
  });
  return shown.filter((one) => one !== '').join(' ');
}
