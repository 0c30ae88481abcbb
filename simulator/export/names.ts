// How are people called here?
import type { Random } from '../random.ts';

const given = {
  female: ['Ada', 'Beatriz', 'Carmen', 'Dolores', 'Elena', 'Fatima', 'Grace', 'Hannah', 'Ines', 'Joyce', 'Katherine', 'Lucia', 'Maria', 'Nadia', 'Olga', 'Priya', 'Rosa', 'Sofia', 'Teresa', 'Wei'],
  male: ['Ahmed', 'Benjamin', 'Carlos', 'Daniel', 'Ernesto', 'Frank', 'George', 'Hector', 'Ivan', 'James', 'Kenji', 'Luis', 'Miguel', 'Nathan', 'Oscar', 'Peter', 'Rafael', 'Samuel', 'Thomas', 'Victor'],
} as const;
const family = ['Abbott', 'Begay', 'Castillo', 'Diaz', 'Edwards', 'Flores', 'Garcia', 'Hoffman', 'Ibarra', 'Jackson', 'Kim', 'Lopez', 'Martinez', 'Nguyen', 'Ortega', 'Patel', 'Quintero', 'Reyes', 'Shah', 'Tsosie', 'Underwood', 'Valdez', 'Washington', 'Yazzie', 'Zimmer'] as const;

/** A first and a family name, as synthetic as the person. */
export const personName = (random: Random, sex: 'female' | 'male') => ({ given: random.pick(given[sex]), family: random.pick(family) });
