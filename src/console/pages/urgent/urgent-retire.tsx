import type { JSX } from 'hono/jsx/jsx-runtime'
import { Field, Form } from '../parts/form.tsx'
import { mayAnywhere, type Visit } from '../visit.ts'

/** The path of its form. */
export const RETIRE_PATH = '/console/urgent/retire'

/** Takes one entry off its list at once, with a reason; nothing where whoever looks may not on any list. */
export function UrgentRetire({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t } = visit
  if (!mayAnywhere(visit, ['urgent-retire'])) return <></>
  const field = { visit, action: RETIRE_PATH, isRequired: true }
  return (
    <section aria-labelledby="urgent-retire" class="panel">
      <h2 id="urgent-retire">{t.urgent.retire}</h2>
      <p class="hint">{t.urgent.retireHint}</p>
      <Form visit={visit} action={RETIRE_PATH} label={t.urgent.retire}>
        <Field {...field} name="list" label={t.list} />
        <Field {...field} name="value" label={t.value} />
        <Field {...field} name="reason" rows={2} label={t.reason} />
        <button type="submit" class="bad">
          {t.urgent.retireGo}
        </button>
      </Form>
    </section>
  )
}
