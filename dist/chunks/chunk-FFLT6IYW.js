import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);
import{a as i,b as o}from"./chunk-XVNXERHN.js";async function s(e,t){for(let r=t;;r=o(r)){if(await e.files.exists(i(r,".git")))return r;if(r==="/")return t}}export{s as a};
