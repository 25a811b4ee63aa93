// The Element Plus components the desk uses, each with its own style: nothing else is bundled.
import type { App } from 'vue';
import {
  ElAutocomplete, ElButton, ElCheckbox, ElConfigProvider, ElDatePicker, ElDrawer, ElForm, ElFormItem, ElInput, ElInputNumber, ElOption,
  ElRadio, ElRadioGroup,
  ElSelect, ElSkeleton, ElSwitch, ElTable, ElTableColumn, ElTabPane, ElTabs, ElTag,
} from 'element-plus';
import 'element-plus/es/components/autocomplete/style/css';
import 'element-plus/es/components/button/style/css';
import 'element-plus/es/components/checkbox/style/css';
import 'element-plus/es/components/config-provider/style/css';
import 'element-plus/es/components/date-picker/style/css';
import 'element-plus/es/components/drawer/style/css';
import 'element-plus/es/components/form/style/css';
import 'element-plus/es/components/form-item/style/css';
import 'element-plus/es/components/input/style/css';
import 'element-plus/es/components/input-number/style/css';
import 'element-plus/es/components/option/style/css';
import 'element-plus/es/components/radio/style/css';
import 'element-plus/es/components/radio-group/style/css';
import 'element-plus/es/components/select/style/css';
import 'element-plus/es/components/skeleton/style/css';
import 'element-plus/es/components/switch/style/css';
import 'element-plus/es/components/table/style/css';
import 'element-plus/es/components/table-column/style/css';
import 'element-plus/es/components/tab-pane/style/css';
import 'element-plus/es/components/tabs/style/css';
import 'element-plus/es/components/tag/style/css';

export function useElement(app: App): void {
  for (const component of [
    ElAutocomplete, ElButton, ElCheckbox, ElConfigProvider, ElDatePicker, ElDrawer, ElForm, ElFormItem, ElInput, ElInputNumber, ElOption,
    ElRadio, ElRadioGroup, ElSelect, ElSkeleton, ElSwitch, ElTable, ElTableColumn, ElTabPane, ElTabs, ElTag,
  ]) app.use(component);
}
