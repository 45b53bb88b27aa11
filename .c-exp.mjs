import { Environment } from '@marcbachmann/cel-js';
const env = new Environment({limits:{maxAstNodes:500,maxDepth:50,maxListElements:100,maxMapEntries:100,maxCallArguments:10}})
 .registerVariable({name:'inputs', schema:{database:'string', port:'int', ratio:'double', on:'bool'}})
 .registerVariable({name:'run', schema:{id:'string',mode:'string',started_at_ms:'int',data:'string'}});
const scope={inputs:{database:'cust',port:8080n,ratio:5,on:true},run:{id:'01',mode:'live',started_at_ms:1700000000000n,data:'/d'}};
for (const e of ['inputs.database','inputs.databse','inputs.port + 1','inputs.port + "x"','inputs.ratio * 2.0','inputs["database"]','inputs["nope"]','inputs','probes.x','inputs.constructor','inputs.database.x','string(inputs.port)+"/x"','inputs.on ? "a":"b"','[1,2].map(x, x*2)','[1,2].all(x, [3].all(y, y>x))','cel.bind(a, 1, a+1)','"a".matches("b")','has(inputs.x)','has(inputs.database)','inputs.?nope','1.5','1u','null','"\\u202e"','dyn(inputs).nope','timestamp(run.started_at_ms)','"x" + 1','', 'inputs.port-1','duration("1h")','type(1)','inputs.ratio','inputs.port / 0', '__proto__', 'toString()', 'inputs.database.matches','run.data + "/x"','optional.none()','google.protobuf.Duration']) {
 try { const p=env.parse(e); const c=p.check(); let v; try { v=p(scope);} catch(x){v='EVAL '+x.message.split('\n')[0]} console.log(JSON.stringify(e), c.valid? c.type : 'CHECK '+c.error.summary+' | '+c.error.message.split('\n')[0], '=>', typeof v, String(v)); } catch(x){ console.log(JSON.stringify(e),'PARSE',x.name,x.summary, x.message.split('\n')[0]) }
}
const p=env.parse('[1].all(y, y > 2) && has(inputs.database)'); console.log(JSON.stringify(p.ast,(k,v)=>k==='input'||k==='range'||k==='start'||k==='end'||k==='pos'?undefined:typeof v==='bigint'?String(v):v));
let t=performance.now(); for(let i=0;i<1000;i++) new Environment({}).registerVariable({name:'inputs', schema:{database:'string', port:'int'}}); console.log('env/ms',(performance.now()-t)/1000);
t=performance.now(); for(let i=0;i<1000;i++) env.parse('inputs.database + "x"').check(); console.log('parse+check ms',(performance.now()-t)/1000);
const ex=new Environment().registerVariable('value','string').registerVariable('status','int').registerVariable('stdout','string').registerVariable('exit_code','int');
for (const e of ['value == 1','int(value) == 0','value == "0"','status == 503','status == "x"','foo','value','true','double(value) < 0.5','value > 5','value.matches("a")','matches(value,"a")', 'stdout.split("\\n").all(l, l == "ok")','value=="a" || int(value)>3', 'status in [200,204]', '1.0 < status']) {
 try { const p=ex.parse(e); const c=p.check(); let v; try { v=p({value:'0',status:503n,stdout:'ok',exit_code:0n});} catch(x){v='EVAL '+x.message.split('\n')[0]} console.log(JSON.stringify(e), c.valid? c.type : 'CHECK '+c.error.summary, '=>', typeof v, String(v)); } catch(x){ console.log(JSON.stringify(e),'PARSE',x.name,x.summary) }
}
