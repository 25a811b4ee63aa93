// Names of the catalogue's codes in the reader's language; a code without a name shows as it is.
import { useI18n } from 'vue-i18n';

const groups: Record<string, [page: string, group: string]> = {
  sharing: ['desk', 'sharingKind'], update: ['desk', 'updateKind'], personal: ['desk', 'personalKind'], purpose: ['desk', 'purposeKind'], type: ['desk', 'typeKind'],
  subject: ['catalog', 'subjectKind'], collected: ['catalog', 'collectedKind'], state: ['catalog', 'stateKind'], step: ['catalog', 'stepKind'],
};

export function useNamed(): (group: string, id: string) => string {
  const { t, te } = useI18n();
  return (group, id) => {
    const key = [...(groups[group] ?? [group]), id].join('.');
    return te(key) ? t(key) : id;
  };
}
