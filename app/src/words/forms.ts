import type { Language } from '../contract';

const others: Record<Exclude<Language, 'en'>, () => Promise<{ default: Record<string, string> }>> = {
  vi: () => import('./form.vi.json'),
  km: () => import('./form.km.json'),
  bg: () => import('./form.bg.json'),
};

/** The words of the form's own screens; what is missing stays English there. */
export async function formWords(language: Language): Promise<Record<string, string>> {
  return language === 'en' ? {} : (await others[language]()).default;
}
