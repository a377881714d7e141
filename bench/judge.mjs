// Judges a thousand paired differences the way the paired gate does, through the published library.
import { hodgesLehmann, rankE } from '../dist/benchgate.js';

const differences = Array.from({ length: 30 }, (_, index) => Math.sin(index * 12.9898) / 50);
for (let round = 0; round < 400; round += 1) {
  rankE(differences, 0.05, 'greater');
  hodgesLehmann(differences, 0.95);
}
