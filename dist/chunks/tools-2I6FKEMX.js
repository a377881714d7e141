import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);
import{c as a,d as b,e as c,f as d}from"./chunk-24Y5SR22.js";import"./chunk-37ZL5YVP.js";import"./chunk-KNRHHWL6.js";import"./chunk-CCS4R35Y.js";import"./chunk-XXGPDOLG.js";import"./chunk-NYRTOUVY.js";export{a as corpusCommand,c as initCommand,b as statsCommand,d as versionCommand};
