/** Die Beschreibung der API. */
export const api = {
  title: 'API',
  about: 'Alles, was die Konsole tut, für Programme. Dasselbe als Datei: ',
  needs: 'Braucht',
  open: 'niemand muss bekannt sein',
  parameters: 'Parameter',
  name: 'Name',
  place: 'In',
  type: 'Art',
  meaning: 'Bedeutung',
  body: 'Inhalt',
  answers: 'Antworten',
  schemas: 'Schemata',
  groups: 'Gruppen',
} as const
