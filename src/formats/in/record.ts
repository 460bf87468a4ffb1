import { type EntryAction, NONE } from '../../core/entry.ts'
import type { EntryAttributes } from '../../core/entry-arena.ts'
import { isAction, isCategory, isKind, isReference } from '../../core/parse-entry.ts'
import type { Intake } from './intake.ts'
import { takeAnyValue } from './odd-word.ts'

/** An entry as a table or a JSON object has it: anything but the value may be empty. */
export interface EntryRecord {
  readonly value: string
  readonly kind: string
  readonly action: string
  readonly category: string
  readonly reference: string
}

/** Takes the entry, or gives the reason why not. What the record does not say, the value's own form and the defaults do. */
export function takeRecord(intake: Intake, record: EntryRecord): string | null {
  const { value, kind, action } = record
  if (value === '') return 'no-value'
  if (kind !== '' && !isKind(kind)) return 'kind'
  if (action !== '' && !isAction(action)) return 'action'
  const attributes = attributesOf(intake, record)
  if (typeof attributes === 'string') return attributes
  if (kind === '') return takeAnyValue(intake, value, attributes)
  if (kind === 'ip') return intake.takeIp(value, attributes)
  if (kind === 'url') return intake.takeUrl(value, attributes)
  return intake.takeNameText(value, intake.tag(kind, attributes))
}

function attributesOf(intake: Intake, record: EntryRecord): EntryAttributes | string {
  const category = record.category === NONE ? '' : record.category
  const reference = record.reference === NONE ? '' : record.reference
  if (record.action === '' && category === '' && reference === '') return intake.defaults
  if (category !== '' && !isCategory(category)) return 'category'
  if (reference !== '' && !isReference(reference)) return 'reference'
  return {
    action: (record.action || intake.defaults.action) as EntryAction,
    category: category || intake.defaults.category,
    reference: reference || intake.defaults.reference,
  }
}
