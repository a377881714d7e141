import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);
import{b as a,c as b,d as c,e as d}from"./chunk-7QV7ZMH6.js";import"./chunk-CO7JYCZZ.js";import"./chunk-XVNXERHN.js";import"./chunk-XXGPDOLG.js";import"./chunk-NYRTOUVY.js";export{a as corpusCommand,c as initCommand,b as statsCommand,d as versionCommand};
