import { nameForm } from './name-form.js';

describe('the form in which names are compared', () => {
  const typed = 'Chăm sóc khách hàng';

  it('is one for a name in NFC and in NFD', () => {
    const [composed, decomposed] = [typed.normalize('NFC'), typed.normalize('NFD')];
    expect(decomposed).not.toBe(composed);
    expect(nameForm(decomposed)).toBe(composed);
    expect(nameForm(composed)).toBe(composed);
  });

  it('has no white space around the name, and keeps what is within it', () => {
    expect(nameForm(' CSKH  VIP ')).toBe('CSKH  VIP');
  });

  it.each([
    ['upper and lower case', 'Sales', 'sales'],
    ['letters with and without their marks', 'Hoàng', 'Hoang'],
    ['full-width digits and digits', '１０７', '107'],
  ])('keeps %s apart', (_, one, other) => {
    expect(nameForm(one)).not.toBe(nameForm(other));
  });
});
