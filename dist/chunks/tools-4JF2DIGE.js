import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);
import{c as a,d as b,e as c,f as d}from"./chunk-Z2P2Q2BS.js";import"./chunk-SHYRIUGZ.js";import"./chunk-VZS3ACOX.js";import"./chunk-F2VOJLYH.js";import"./chunk-XXGPDOLG.js";import"./chunk-NYRTOUVY.js";export{a as corpusCommand,c as initCommand,b as statsCommand,d as versionCommand};
