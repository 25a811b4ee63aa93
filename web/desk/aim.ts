// The purpose files are read for; one for all pages of the registry.
import { ref } from 'vue';

export const aim = ref('');
