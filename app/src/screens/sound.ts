import { settings } from './settings.svelte';

/** Two low tones and a shake: something is dangerous. Silent where sounds are off. */
export function danger(): void {
  if (!settings.sounds) return;
  try {
    navigator.vibrate?.([180, 90, 180]);
    const audio = new AudioContext();
    [0, 0.28].forEach((start) => {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = 392;
      gain.gain.setValueAtTime(0.0001, audio.currentTime + start);
      gain.gain.exponentialRampToValueAtTime(0.25, audio.currentTime + start + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + start + 0.22);
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + 0.24);
    });
    setTimeout(() => void audio.close(), 900);
  } catch {
    // A phone that cannot sound still shows it.
  }
}
