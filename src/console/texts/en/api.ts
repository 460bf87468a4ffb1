/** The description of the API. */
export const api = {
  title: 'API',
  about: 'Everything that the console does, for programs. The same as a file: ',
  needs: 'Needs',
  open: 'nobody need be known',
  parameters: 'Parameters',
  name: 'Name',
  place: 'In',
  type: 'Type',
  meaning: 'Meaning',
  body: 'Body',
  answers: 'Answers',
  schemas: 'Schemas',
  groups: 'Groups',
} as const
