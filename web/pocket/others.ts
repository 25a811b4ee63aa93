// Somebody signs in on a phone on which another's work waits to be sent: it is lost only if they say so.
import { showConfirmDialog } from 'vant';
import { i18n } from '@shared/i18n';
import { whenOthersWait } from './shift';

export function askForOthers(): void {
  const { t } = i18n.global;
  whenOthersWait((n) => showConfirmDialog({
    title: t('pocket.others.title'), message: t('pocket.others.waits', { n }), confirmButtonText: t('pocket.others.lose'), cancelButtonText: t('pocket.others.leave'),
  }).then(() => true, () => false));
}
