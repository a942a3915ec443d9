// The Ising ferromagnet around its critical temperature (2.269 in units of the coupling): magnetisation with error bars.
import { ising2d, Thermo } from '@aatgs/thermo';

const temperatures = [1.8, 2.0, 2.15, 2.22, 2.27, 2.32, 2.4, 2.55, 2.8, 3.2];
await using thermo = new Thermo(ising2d(64), { async: true, temperatures, maxSamples: 400 });
const { observables, exchanges } = await thermo.sample({ seed: 1 });

console.log('    T    |m|                                              specific heat');
for (const { temperature, magnetization, specificHeat } of observables) {
  const bar = '#'.repeat(Math.round(magnetization.mean * 40)).padEnd(42);
  console.log(temperature.toFixed(3).padStart(6), magnetization.mean.toFixed(3), bar, specificHeat.mean.toFixed(3));
}
console.log(`${exchanges.roundTrips} round trips through all temperatures`);
